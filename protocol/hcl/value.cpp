#include "protocol/hcl/value.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace praetor::hcl {

value::value() = default;
value::value(const value&) = default;
value::value(value&&) noexcept = default;
value& value::operator=(const value&) = default;
value& value::operator=(value&&) noexcept = default;
value::~value() = default;

value value::of(bool b) {
  value v;
  v.type = kind::boolean;
  v.boolean = b;
  return v;
}

value value::of(std::int64_t i) {
  value v;
  v.type = kind::integer;
  v.integer = i;
  return v;
}

value value::of(double r) {
  value v;
  v.type = kind::real;
  v.real = r;
  return v;
}

value value::of(std::string t) {
  value v;
  v.type = kind::text;
  v.text = std::move(t);
  return v;
}

value value::empty_list() {
  value v;
  v.type = kind::list;
  return v;
}

value value::empty_object() {
  value v;
  v.type = kind::object;
  return v;
}

const value* value::find(std::string_view name) const {
  for (const auto& [key, member] : members)
    if (key == name) return &member;
  return nullptr;
}

value* value::find(std::string_view name) { return const_cast<value*>(std::as_const(*this).find(name)); }

value& value::operator[](std::string_view name) {
  if (type == kind::null) type = kind::object;
  if (auto* found = find(name)) return *found;
  return members.emplace_back(std::string(name), value{}).second;
}

value& object_writer::operator[](std::string_view name) {
  constexpr std::size_t few = 16; // up to this size a linear search is as fast
  auto& members = object_.members;
  if (members.size() < few) return object_[name];
  if (places_.empty())
    for (std::size_t i = 0; i < members.size(); ++i) places_.emplace(members[i].first, i);
  auto [place, added] = places_.try_emplace(std::string(name), members.size());
  return added ? members.emplace_back(std::string(name), value{}).second : members[place->second].second;
}

void value::erase(std::string_view name) {
  std::erase_if(members, [&](const auto& m) { return m.first == name; });
}

bool value::operator==(const value& o) const {
  return type == o.type && boolean == o.boolean && integer == o.integer && real == o.real && text == o.text &&
         items == o.items && members == o.members;
}

namespace {

/// Go's %v of a float: the shortest text that reads back, with an exponent below 1e-4 and from 1e21.
std::string print_real(double r) {
  if (std::isnan(r)) return "NaN";
  if (std::isinf(r)) return r < 0 ? "-Inf" : "+Inf";
  std::array<char, 400> buffer;
  auto magnitude = std::fabs(r);
  bool exponent = magnitude != 0 && (magnitude < 1e-4 || magnitude >= 1e21);
  auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), r,
                           exponent ? std::chars_format::scientific : std::chars_format::fixed)
                 .ptr;
  return {buffer.data(), end};
}

} // namespace

std::string print(const value& v) {
  switch (v.type) {
  case value::kind::null: return "<nil>";
  case value::kind::boolean: return v.boolean ? "true" : "false";
  case value::kind::integer: return std::to_string(v.integer);
  case value::kind::real: return print_real(v.real);
  case value::kind::text: return v.text;
  case value::kind::list: {
    std::string out = "[";
    for (const auto& item : v.items) {
      if (out.size() > 1) out += ' ';
      out += print(item);
    }
    return out + "]";
  }
  case value::kind::object: {
    std::vector<const std::pair<std::string, value>*> sorted;
    for (const auto& m : v.members) sorted.push_back(&m);
    std::ranges::sort(sorted, {}, [](const auto* m) -> const std::string& { return m->first; });
    std::string out = "map[";
    for (const auto* m : sorted) {
      if (out.size() > 4) out += ' ';
      out += m->first + ":" + print(m->second);
    }
    return out + "]";
  }
  }
  return {};
}

std::string type_name(const value& v) {
  switch (v.type) {
  case value::kind::null: return "<nil>";
  case value::kind::boolean: return "bool";
  case value::kind::integer: return "int";
  case value::kind::real: return "float64";
  case value::kind::text: return "string";
  case value::kind::list: return v.of_blocks ? "[]map[string]interface {}" : "[]interface {}";
  case value::kind::object: return "map[string]interface {}";
  }
  return {};
}

std::string kind_name(const value& v) {
  if (v.is(value::kind::list)) return "slice";
  if (v.is(value::kind::object)) return "map";
  return type_name(v);
}

const value& only_element(const value& v) {
  if (v.is(value::kind::list) && v.items.size() == 1) return v.items[0];
  return v;
}

} // namespace praetor::hcl
