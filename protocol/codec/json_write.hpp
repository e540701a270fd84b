#pragma once

#include "protocol/codec/shape.hpp"

#include <charconv>
#include <string>
#include <string_view>

/// Writes JSON text as Go's encoding/json does, straight from field lists into a buffer.
namespace praetor::json {

/// Writes a quoted string. Escapes HTML characters and U+2028/2029; invalid UTF-8 becomes \ufffd.
void write_text(std::string& out, std::string_view text);
/// The shortest text that reads back as the same number; with an exponent below 1e-6 and from 1e21. NaN becomes `null`.
void write_float(std::string& out, double value);
void write_float(std::string& out, float value);
/// Base64 with padding, or `null` when empty.
void write_blob(std::string& out, std::string_view bytes);
/// The base64 text without quotes.
void append_base64(std::string& out, std::string_view bytes);
/// Quoted RFC 3339 text in UTC with as many fraction digits as needed.
void write_timestamp(std::string& out, const timestamp& value);
/// The text of write_timestamp without quotes.
void append_rfc3339(std::string& out, const timestamp& value);
void write_free_form(std::string& out, const free_form& value);
/// Indents compact JSON: each element on its own line, `unit` per level, `: ` after keys; keeps `{}` and `[]`. The
/// input must be well formed.
std::string indent(std::string_view compact, std::string_view unit);

/// Appends `value` to `out`. The top-level value has no field, so `flags` replace the field's.
/// A type may supply `void json_write(std::string& out, const T& value)` beside it.
template <class T>
void write(std::string& out, const T& value, field_flags flags = field_flags::none);

/// `write` into a new string.
template <class T>
std::string to_string(const T& value, field_flags flags = field_flags::none) {
  std::string out;
  write(out, value, flags);
  return out;
}

namespace detail {

template <class T>
concept writes_itself = requires(std::string& out, const T& value) {
  json_write(out, value);
};

template <shape::integer T>
void write_integer(std::string& out, T value) {
  char digits[24];
  auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, end);
}

template <class Range>
void write_list(std::string& out, const Range& list, field_flags flags) {
  out += '[';
  bool first = true;
  for (const auto& element : list) {
    if (!first) out += ',';
    first = false;
    json::write(out, element, flags);
  }
  out += ']';
}

template <class Map>
void write_map(std::string& out, const Map& map, field_flags flags) {
  out += '{';
  bool first = true;
  for (const auto& [key, element] : map) {
    if (!first) out += ',';
    first = false;
    write_text(out, key);
    out += ':';
    json::write(out, element, flags);
  }
  out += '}';
}

/// Writes the members of a record without the braces, so that an answer can put the members of several structs into one
/// object. `first` is false once something was written.
struct member_writer {
  std::string& out;
  bool& first;

  template <class M>
  void operator()(const field& name, const M& member) const {
    if (has(name.flags, no_json)) return;
    if (has(name.flags, omit_empty) && shape::is_empty(member)) return;
    if (!first) out += ',';
    first = false;
    out += '"';
    out += name.name;
    out += "\":";
    json::write(out, member, name.flags);
  }
};

} // namespace detail

/// Writes the members of `value` into an object that the caller opened. `first`: the object is still empty.
template <shape::record T>
void write_members(std::string& out, const T& value, bool& first) {
  T::fields(detail::member_writer{out, first}, value);
}

template <class T>
void write(std::string& out, const T& value, field_flags flags) {
  constexpr auto element_flags = field_flags::duration_text;
  [[maybe_unused]] auto inherited = has(flags, field_flags::duration_text) ? element_flags : field_flags::none;
  if constexpr (detail::writes_itself<T>)
    json_write(out, value);
  else if constexpr (std::convertible_to<const T&, std::string_view>)
    write_text(out, value);
  else if constexpr (shape::boolean<T>)
    out += value ? "true" : "false";
  else if constexpr (shape::integer<T>)
    detail::write_integer(out, value);
  else if constexpr (std::floating_point<T>)
    write_float(out, value);
  else if constexpr (shape::text_enumeration<T>)
    write_text(out, to_text(value));
  else if constexpr (shape::enumeration<T>)
    detail::write_integer(out, static_cast<std::underlying_type_t<T>>(value));
  else if constexpr (shape::duration<T>) {
    if (has(flags, duration_text))
      write_text(out, duration_to_text(value));
    else
      detail::write_integer(out, value.count());
  } else if constexpr (std::same_as<T, timestamp>)
    write_timestamp(out, value);
  else if constexpr (std::same_as<T, blob>)
    write_blob(out, value.bytes);
  else if constexpr (std::same_as<T, free_form>)
    write_free_form(out, value);
  else if constexpr (shape::maybe<T>) {
    if (value)
      json::write(out, *value, flags);
    else
      out += "null";
  } else if constexpr (shape::map<T>) {
    if (has(flags, null_if_empty) && value.empty())
      out += "null";
    else
      detail::write_map(out, value, inherited);
  } else if constexpr (shape::record<T>) {
    out += '{';
    bool first = true;
    write_members(out, value, first);
    out += '}';
  } else if constexpr (std::ranges::input_range<const T>) {
    if (has(flags, null_if_empty) && std::ranges::empty(value))
      out += "null";
    else
      detail::write_list(out, value, inherited);
  } else {
    static_assert(detail::writes_itself<T>, "no JSON form: give the type a field list or a json_write beside it");
  }
}

} // namespace praetor::json
