#include "protocol/hcl/json_reader.hpp"

#include <charconv>
#include <string>

#include "protocol/codec/json_reader.hpp"
#include "protocol/hcl/parse.hpp"

namespace praetor::hcl {

namespace {

/// Converts offsets to lines and columns. Offsets must be queried in ascending order.
class line_counter {
public:
  explicit line_counter(std::string_view text) : text_(text) {}

  position of(std::size_t place) {
    for (; at_ < place; ++at_)
      if (text_[at_] == '\n') {
        ++line_;
        line_start_ = at_ + 1;
      }
    return {line_, static_cast<int>(place - line_start_) + 1};
  }

private:
  std::string_view text_;
  std::size_t at_ = 0, line_start_ = 0;
  int line_ = 1;
};

std::string any_type() { return "interface {}"; }

bool parse_integer(std::string_view digits, std::int64_t& value) {
  auto end = digits.data() + digits.size();
  auto [stop, failure] = std::from_chars(digits.data(), end, value);
  return failure == std::errc{} && stop == end;
}

/// Builds values from text whose syntax has been checked. The check has limited the recursion depth.
class value_reader {
public:
  value_reader(std::string_view checked, json_options options)
      : in_(checked, false, {}), lines_(checked), options_(options) {}

  expected<value> read() {
    value out;
    read(out);
    if (in_.failed()) return fail(in_.error());
    return out;
  }

private:
  void read(value& out) {
    auto at = lines_.of(in_.offset());
    if (in_.make_room(sizeof(value))) read_any(out);
    out.at = at;
  }

  void read_any(value& out) {
    switch (in_.kind()) {
    case json::value_kind::object: return read_object(out);
    case json::value_kind::list: return read_list(out);
    case json::value_kind::number: return read_number(out);
    case json::value_kind::text: {
      out = value::of(std::string());
      in_.text(out.text, &any_type);
      return;
    }
    case json::value_kind::boolean: {
      out = value::of(false);
      in_.boolean(out.boolean);
      return;
    }
    case json::value_kind::null: in_.skip(); out = value{};
    }
  }

  void read_object(value& out) {
    out = value::empty_object();
    if (!in_.begin_object(&any_type)) return;
    object_writer members(out);
    std::string_view key;
    while (in_.next_key(key)) {
      std::string name(key);
      value member;
      read(member);
      members[name] = std::move(member);
    }
  }

  void read_list(value& out) {
    out = value::empty_list();
    if (!in_.begin_list(&any_type)) return;
    while (in_.next_element()) read(out.items.emplace_back());
  }

  void read_number(value& out) {
    std::string_view digits;
    if (!in_.number(digits, &any_type)) return;
    std::int64_t integer = 0;
    double real = 0;
    if (options_.keep_integers && parse_integer(digits, integer))
      out = value::of(integer);
    else if (json::parse_double(digits, real))
      out = value::of(real);
    else
      in_.mismatch("number " + std::string(digits), "float64");
  }

  json::reader in_;
  line_counter lines_;
  json_options options_;
};

std::string go_name(const value& v) {
  switch (v.type) {
  case value::kind::list: return "array";
  case value::kind::boolean: return "bool";
  case value::kind::text: return "string";
  default: return "number";
  }
}

} // namespace

expected<value> read_json(std::string_view text, json_options options) {
  auto checked = json::scan(text, true, max_depth);
  if (checked.too_deep) return fail("exceeded max depth");
  if (!checked.error.empty()) return fail(std::move(checked.error));
  auto v = value_reader(text.substr(0, checked.end), options).read();
  if (!v) return v;
  if (v->is(value::kind::null)) return value::empty_object();
  if (!v->is(value::kind::object))
    return fail("json: cannot unmarshal " + go_name(*v) + " into Go value of type map[string]interface {}");
  return v;
}

} // namespace praetor::hcl
