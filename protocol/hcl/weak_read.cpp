#include "protocol/hcl/weak_read.hpp"

#include "protocol/base/go_bool.hpp"
#include "protocol/base/quoted.hpp"
#include "protocol/codec/rfc3339.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

namespace praetor::hcl {

namespace {

/// @param unwrap a list of one element, as a member of an object, stands for that element
nlohmann::json plain_json(const value& v, bool unwrap) {
  switch (v.type) {
  case value::kind::boolean: return v.boolean;
  case value::kind::integer: return v.integer;
  case value::kind::real: return v.real;
  case value::kind::text: return v.text;
  case value::kind::list: {
    auto out = nlohmann::json::array();
    for (const auto& item : v.items) out.push_back(plain_json(item, unwrap));
    return out;
  }
  case value::kind::object: {
    auto out = nlohmann::json::object();
    for (const auto& [name, member] : v.members) out[name] = plain_json(unwrap ? only_element(member) : member, unwrap);
    return out;
  }
  case value::kind::null: break;
  }
  return nullptr;
}

/// Go's strconv.FormatFloat(v, 'f', -1, 64).
std::string plain_digits(double v) {
  char digits[512];
  auto end = std::to_chars(digits, digits + sizeof digits, v, std::chars_format::fixed).ptr;
  return {digits, end};
}

/// Go's integer syntax with a base prefix. @returns the error's words, or "" for success
template <class T>
std::string_view parse_based(std::string_view text, T& into) {
  auto digits = text;
  bool negative = false;
  if (!digits.empty() && (digits[0] == '+' || digits[0] == '-')) {
    negative = digits[0] == '-';
    if (negative && std::is_unsigned_v<T>) return "invalid syntax";
    digits.remove_prefix(1);
  }
  int base = 10;
  if (digits.size() > 1 && digits[0] == '0') {
    auto letter = digits[1] | 0x20;
    base = letter == 'x' ? 16 : letter == 'b' ? 2 : 8;
    digits.remove_prefix(letter == 'x' || letter == 'b' || letter == 'o' ? 2 : 1);
  }
  std::uint64_t wide = 0;
  auto [stop, failure] = std::from_chars(digits.data(), digits.data() + digits.size(), wide, base);
  if (failure == std::errc::result_out_of_range) return "value out of range";
  if (failure != std::errc{} || stop != digits.data() + digits.size()) return "invalid syntax";
  if constexpr (std::is_signed_v<T>) {
    constexpr auto top = static_cast<std::uint64_t>(std::numeric_limits<T>::max());
    if (wide > top + (negative ? 1 : 0)) return "value out of range";
    into = static_cast<T>(negative ? 0 - wide : wide);
  } else {
    into = wide;
  }
  return {};
}

/// As a processor converts a double that is out of range: to the least number.
std::int64_t truncated(double v) {
  constexpr double least = -9223372036854775808.0, beyond = 9223372036854775808.0;
  auto r = std::trunc(v);
  return r >= least && r < beyond ? static_cast<std::int64_t>(r) : std::numeric_limits<std::int64_t>::min();
}

} // namespace

std::string weak_place::text() const {
  auto out = above ? above->text() : std::string();
  if (number != none) return out + "[" + std::to_string(number) + "]";
  if (is_key) return out + "[" + std::string(name) + "]";
  if (!out.empty() && !name.empty()) out += '.';
  return out + std::string(name);
}

std::string weak_reader::error_text() const {
  auto sorted = errors;
  std::ranges::sort(sorted);
  auto out = std::to_string(sorted.size()) + " error(s) decoding:\n\n";
  for (std::size_t i = 0; i < sorted.size(); ++i) out += (i ? "\n* " : "* ") + sorted[i];
  return out;
}

void weak_reader::unconvertible(const weak_place& at, const std::string& type, const value& v) {
  errors.push_back("'" + at.text() + "' expected type '" + type + "', got unconvertible type '" + type_name(v) +
                   "', value: '" + print(v) + "'");
}

void weak_reader::not_a_map(const weak_place& at, const value& v) {
  errors.push_back("'" + at.text() + "' expected a map, got '" + kind_name(v) + "'");
}

bool weak_reader::text(const weak_place& at, const std::string& type, const value& v, std::string& into) {
  switch (v.type) {
  case value::kind::text: into = v.text; return true;
  case value::kind::boolean: into = v.boolean ? "1" : "0"; return true;
  case value::kind::integer: into = std::to_string(v.integer); return true;
  case value::kind::real: into = plain_digits(v.real); return true;
  case value::kind::list:
    if (v.items.empty()) {
      into.clear();
      return true;
    }
    [[fallthrough]];
  default: unconvertible(at, type, v); return false;
  }
}

bool weak_reader::boolean(const weak_place& at, const value& v, bool& into) {
  switch (v.type) {
  case value::kind::boolean: into = v.boolean; return true;
  case value::kind::integer: into = v.integer != 0; return true;
  case value::kind::real: into = v.real != 0; return true;
  case value::kind::text:
    if (v.text.empty()) {
      into = false;
    } else if (auto read = parse_bool(v.text)) {
      into = *read;
    } else {
      errors.push_back("cannot parse '" + at.text() + "' as bool: strconv.ParseBool: parsing " +
                       praetor::quoted(v.text) + ": invalid syntax");
      return false;
    }
    return true;
  default: unconvertible(at, "bool", v); return false;
  }
}

bool weak_reader::integer(const weak_place& at, const std::string& type, const value& v, std::int64_t& into) {
  switch (v.type) {
  case value::kind::integer: into = v.integer; return true;
  case value::kind::real: into = truncated(v.real); return true;
  case value::kind::boolean: into = v.boolean ? 1 : 0; return true;
  case value::kind::text:
    if (auto fault = v.text.empty() ? std::string_view{} : parse_based(v.text, into); !fault.empty()) {
      errors.push_back("cannot parse '" + at.text() + "' as int: strconv.ParseInt: parsing " + praetor::quoted(v.text) +
                       ": " + std::string(fault));
      return false;
    }
    return true;
  default: unconvertible(at, type, v); return false;
  }
}

bool weak_reader::unsigned_integer(const weak_place& at, const std::string& type, const value& v, std::uint64_t& into) {
  switch (v.type) {
  case value::kind::integer: into = static_cast<std::uint64_t>(v.integer); return true;
  case value::kind::real: into = static_cast<std::uint64_t>(truncated(v.real)); return true;
  case value::kind::boolean: into = v.boolean ? 1 : 0; return true;
  case value::kind::text:
    if (auto fault = v.text.empty() ? std::string_view{} : parse_based(v.text, into); !fault.empty()) {
      errors.push_back("cannot parse '" + at.text() + "' as uint: strconv.ParseUint: parsing " +
                       praetor::quoted(v.text) + ": " + std::string(fault));
      return false;
    }
    return true;
  default: unconvertible(at, type, v); return false;
  }
}

bool weak_reader::floating(const weak_place& at, const std::string& type, const value& v, double& into) {
  switch (v.type) {
  case value::kind::integer: into = static_cast<double>(v.integer); return true;
  case value::kind::real: into = v.real; return true;
  case value::kind::boolean: into = v.boolean ? 1 : 0; return true;
  case value::kind::text: {
    if (v.text.empty()) {
      into = 0;
      return true;
    }
    auto end = v.text.data() + v.text.size();
    auto [stop, failure] = std::from_chars(v.text.data(), end, into);
    if (failure == std::errc{} && stop == end && std::isfinite(into)) return true;
    errors.push_back("cannot parse '" + at.text() + "' as float: strconv.ParseFloat: parsing " +
                     praetor::quoted(v.text) + ": invalid syntax");
    return false;
  }
  default: unconvertible(at, type, v); return false;
  }
}

bool weak_reader::duration(const weak_place& at, const value& v, nanoseconds& into) {
  if (!v.is(value::kind::text)) {
    std::int64_t count = 0;
    if (!integer(at, "time.Duration", v, count)) return false;
    into = nanoseconds{count};
    return true;
  }
  auto read = duration_from_text(v.text);
  if (!read.value) {
    errors.push_back("error decoding '" + at.text() + "': " + read.error);
    return false;
  }
  into = *read.value;
  return true;
}

bool weak_reader::time(const weak_place& at, const value& v, timestamp& into) {
  if (v.is(value::kind::text)) {
    auto read = timestamp_from_text(v.text);
    if (!read) {
      errors.push_back("error decoding '" + at.text() + "': " + read.error().text);
      return false;
    }
    into = *read;
    return true;
  }
  if (v.is(value::kind::object) && v.members.empty()) return true;
  not_a_map(at, v);
  return false;
}

void weak_reader::free(const weak_place& at, const value& v, free_form& into) {
  auto out = nlohmann::json::object();
  detail::each_member(*this, at, v, [&](const std::string& key, const value& member) {
    const auto& only = only_element(member);
    out[key] = plain_json(only, &only != &member);
  });
  into = free_form(std::move(out));
}

namespace detail {

void weak_read_record(weak_reader& in, const weak_place& at, const value& v, const weak_table& table, char* object) {
  if (!v.is(value::kind::object)) return in.not_a_map(at, v);
  auto accepted = [](const field& f) {
    constexpr auto hidden = field_flags::no_json | field_flags::no_packed;
    bool stored = (static_cast<unsigned>(f.flags) & static_cast<unsigned>(hidden)) != static_cast<unsigned>(hidden);
    return stored && !has(f.flags, field_flags::read_only);
  };
  // The exact name first, then one that differs in case, then the alias.
  std::vector<int> rank(table.size(), 4);
  std::vector<const value*> chosen(table.size(), nullptr);
  std::vector<std::size_t> owner(v.members.size(), table.size());
  for (std::size_t i = 0; i < v.members.size(); ++i) {
    const auto& key = v.members[i].first;
    for (std::size_t m = 0; m < table.size(); ++m) {
      const auto& name = table[m].name;
      if (!accepted(name)) continue;
      int found = key == name.name                                     ? 1
                  : equal_fold(key, name.name)                         ? 2
                  : !name.alias.empty() && equal_fold(key, name.alias) ? 3
                                                                       : 4;
      if (found == 4) continue;
      if (found < rank[m]) {
        for (auto& o : owner)
          if (o == m) o = table.size();
        rank[m] = found;
        chosen[m] = &v.members[i].second;
        owner[i] = m;
      }
      break;
    }
  }
  for (std::size_t m = 0; m < table.size(); ++m)
    if (chosen[m]) table[m].run(in, weak_place{&at, table[m].name.name}, *chosen[m], object + table[m].offset);
  for (std::size_t i = 0; i < v.members.size(); ++i)
    if (owner[i] == table.size()) in.unknown_keys.push_back(weak_place{&at, v.members[i].first}.text());
}

} // namespace detail

} // namespace praetor::hcl
