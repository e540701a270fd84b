#include <algorithm>
#include <cmath>
#include <cstdio>
#include <limits>
#include <unordered_map>

#include "protocol/config/schema.hpp"
#include "protocol/types/values.hpp"

namespace praetor::config {

namespace {

using hcl::value;

std::string_view go_type(key_kind kind) {
  switch (kind) {
  case key_kind::boolean: return "bool";
  case key_kind::integer: return "int";
  case key_kind::unsigned_32: return "uint32";
  case key_kind::unsigned_64: return "uint64";
  case key_kind::unsigned_integer: return "uint";
  case key_kind::number: return "float64";
  default: return "string";
  }
}

/// Inside objects of free-form values, too, a list of one element stands for that element.
value plain_form(const value& v) {
  auto out = only_element(v);
  if (out.is(value::kind::object))
    for (auto& [name, member] : out.members) member = plain_form(member);
  return out;
}

class decoder {
public:
  decoded result;

  value read_block(const std::vector<key_spec>& fields, const value& source, const std::string& path) {
    auto out = value::empty_object();
    out.at = source.at;
    std::vector<bool> used(source.members.size(), false);
    name_index names(source);
    for (const auto& spec : fields) {
      auto at = names.match(spec.name, used);
      if (at == npos && !spec.alias.empty()) at = names.match(spec.alias, used);
      if (at == npos) continue;
      used[at] = true;
      const auto& member = source.members[at].second;
      if (member.is(value::kind::null)) continue;
      auto v = read(spec, member, path.empty() ? spec.name : path + "." + spec.name);
      if (!v.is(value::kind::null)) out[spec.name] = std::move(v);
    }
    std::vector<std::string> unknown;
    for (std::size_t i = 0; i < used.size(); ++i)
      if (!used[i]) unknown.push_back(path.empty() ? source.members[i].first : path + "." + source.members[i].first);
    std::ranges::sort(unknown);
    result.unknown_keys.insert(result.unknown_keys.end(), unknown.begin(), unknown.end());
    return out;
  }

private:
  static constexpr std::size_t npos = static_cast<std::size_t>(-1);

  /// Finds the members of a block by name. Visits each member once, not once for every key of the schema.
  class name_index {
  public:
    explicit name_index(const value& source) : source_(source) {
      for (std::size_t i = 0; i < source.members.size(); ++i) places_[lower_case(source.members[i].first)].push_back(i);
    }

    /// Prefers the exact name over one that differs in case.
    std::size_t match(const std::string& name, const std::vector<bool>& used) const {
      auto found = places_.find(lower_case(name));
      if (found == places_.end()) return npos;
      auto folded = npos;
      for (auto i : found->second) {
        if (used[i]) continue;
        if (source_.members[i].first == name) return i;
        if (folded == npos) folded = i;
      }
      return folded;
    }

  private:
    const value& source_;
    std::unordered_map<std::string, std::vector<std::size_t>> places_;
  };

  value refuse(std::string message) {
    result.type_errors.push_back(std::move(message));
    return {};
  }

  value wrong_type(std::string_view wanted, const value& v, const std::string& path) {
    return refuse("'" + path + "' expected type '" + std::string(wanted) + "', got unconvertible type '" +
                  hcl::type_name(v) + "', value: '" + hcl::print(v) + "'");
  }

  value not_a_map(const value& v, const std::string& path) {
    return refuse("'" + path + "' expected a map, got '" + hcl::kind_name(v) + "'");
  }

  value read(const key_spec& spec, const value& given, const std::string& path) {
    switch (spec.kind) {
    case key_kind::text_list: return read_texts(given, path);
    case key_kind::any_map_list:
    case key_kind::block_list: return read_list(spec, given, path);
    default: break;
    }
    const auto& v = only_element(given);
    switch (spec.kind) {
    case key_kind::text_map:
    case key_kind::text_list_map:
    case key_kind::block_map: return read_map(spec, v, path);
    case key_kind::any_map:
      if (!v.is(value::kind::object)) return not_a_map(v, path);
      return plain_form(v);
    case key_kind::block:
      if (!v.is(value::kind::object)) return not_a_map(v, path);
      return read_block(*spec.fields, v, path);
    default: return read_scalar(spec.kind, v, path);
    }
  }

  value read_scalar(key_kind kind, const value& v, const std::string& path) {
    switch (kind) {
    case key_kind::boolean:
      if (v.is(value::kind::boolean)) return v;
      break;
    case key_kind::text:
    case key_kind::duration:
      if (v.is(value::kind::text)) return v;
      break;
    case key_kind::number:
      if (v.is(value::kind::real)) return v;
      if (v.is(value::kind::integer)) return at_place(value::of(static_cast<double>(v.integer)), v);
      break;
    default:
      if (v.is(value::kind::integer) || v.is(value::kind::real)) return read_integer(kind, v, path);
      break;
    }
    return wrong_type(go_type(kind), v, path);
  }

  static value at_place(value v, const value& source) {
    v.at = source.at;
    return v;
  }

  value read_integer(key_kind kind, const value& v, const std::string& path) {
    if (kind != key_kind::integer) {
      if (v.is(value::kind::integer) && v.integer < 0)
        return refuse("cannot parse '" + path + "', " + std::to_string(v.integer) + " overflows uint");
      if (v.is(value::kind::real) && v.real < 0) {
        char digits[400];
        std::snprintf(digits, sizeof digits, "%f", v.real);
        return refuse("cannot parse '" + path + "', " + digits + " overflows uint");
      }
    }
    if (v.is(value::kind::integer)) return v;
    constexpr double least = -9223372036854775808.0, beyond = 9223372036854775808.0;
    auto r = std::trunc(v.real);
    std::int64_t i = r >= least && r < beyond ? static_cast<std::int64_t>(r) : std::numeric_limits<std::int64_t>::min();
    return at_place(value::of(i), v);
  }

  value not_a_list(const value& v, const std::string& path) {
    return refuse("'" + path + "': source data must be an array or slice, got " + hcl::kind_name(v));
  }

  value read_texts(const value& v, const std::string& path) {
    if (!v.is(value::kind::list)) return not_a_list(v, path);
    auto out = at_place(value::empty_list(), v);
    for (std::size_t i = 0; i < v.items.size(); ++i) {
      const auto& item = only_element(v.items[i]);
      auto text = item.is(value::kind::null) ? value::of("") : read_scalar(key_kind::text, item, element(path, i));
      if (!text.is(value::kind::null)) out.items.push_back(std::move(text));
    }
    return out;
  }

  static std::string element(const std::string& path, std::size_t i) { return path + "[" + std::to_string(i) + "]"; }

  value read_list(const key_spec& spec, const value& v, const std::string& path) {
    if (!v.is(value::kind::list)) return not_a_list(v, path);
    auto out = at_place(value::empty_list(), v);
    for (std::size_t i = 0; i < v.items.size(); ++i) {
      const auto& item = only_element(v.items[i]);
      if (item.is(value::kind::null))
        out.items.push_back(value::empty_object());
      else if (!item.is(value::kind::object))
        not_a_map(item, element(path, i));
      else if (spec.kind == key_kind::any_map_list)
        out.items.push_back(plain_form(item));
      else
        out.items.push_back(read_block(*spec.fields, item, element(path, i)));
    }
    return out;
  }

  value read_map(const key_spec& spec, const value& v, const std::string& path) {
    if (!v.is(value::kind::object)) {
      return not_a_map(v, path);
    }
    auto out = at_place(value::empty_object(), v);
    hcl::object_writer members(out);
    for (const auto& [name, given] : v.members) {
      auto place = path + "[" + name + "]";
      value entry;
      if (spec.kind == key_kind::text_list_map) {
        entry = given.is(value::kind::null) ? value::empty_list() : read_texts(given, place);
      } else if (spec.kind == key_kind::block_map) {
        const auto& item = only_element(given);
        if (item.is(value::kind::object))
          entry = read_block(*spec.fields, item, place);
        else if (!item.is(value::kind::null))
          entry = not_a_map(item, place);
      } else {
        const auto& item = only_element(given);
        entry = item.is(value::kind::null) ? value::of("") : read_scalar(key_kind::text, item, place);
      }
      if (!entry.is(value::kind::null)) members[name] = std::move(entry);
    }
    return out;
  }
};

} // namespace

decoded decode(const std::vector<key_spec>& fields, const hcl::value& source) {
  decoder d;
  auto tree = d.read_block(fields, source, "");
  d.result.tree = std::move(tree);
  std::ranges::sort(d.result.type_errors);
  return std::move(d.result);
}

void merge(const std::vector<key_spec>& fields, hcl::value& into, hcl::value later) {
  if (!into.is(value::kind::object)) into = value::empty_object();
  for (const auto& spec : fields) {
    auto* from = later.find(spec.name);
    if (from == nullptr) continue;
    auto& to = into[spec.name];
    switch (spec.kind) {
    case key_kind::text_list:
    case key_kind::any_map_list:
    case key_kind::block_list:
      if (!to.is(value::kind::list)) to = value::empty_list();
      for (auto& item : from->items) to.items.push_back(std::move(item));
      break;
    case key_kind::text_map:
    case key_kind::text_list_map:
    case key_kind::any_map:
    case key_kind::block_map:
      if (!to.is(value::kind::object)) to = value::empty_object();
      for (hcl::object_writer members(to); auto& [name, member] : from->members) members[name] = std::move(member);
      break;
    case key_kind::block:
      if (spec.has(whole))
        to = std::move(*from);
      else
        merge(*spec.fields, to, std::move(*from));
      break;
    default: to = std::move(*from); break;
    }
  }
}

} // namespace praetor::config
