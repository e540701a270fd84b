#pragma once

#include "protocol/codec/json_reader.hpp"
#include "protocol/codec/member_table.hpp"
#include "protocol/codec/shape.hpp"
#include "protocol/codec/type_naming.hpp"
#include "protocol/types/error.hpp"

#include <limits>
#include <vector>

/// Decodes JSON text into structs by their field lists, with the rules and error texts of Go's encoding/json: names
/// match case-insensitively, `null` leaves a value unset, unknown names are ignored or rejected, the syntax of the
/// whole text is checked before any value is decoded, and the first error in text order is reported.
///
/// Type names in error texts come from `type_naming` (protocol/codec/type_naming.hpp).
/// A type may supply `void json_read(json::reader& in, T& value)` beside it.
namespace praetor::json {

struct read_options {
  bool reject_unknown_fields = false;
  /// Receives the name of the unknown field that made the read fail; may be null.
  std::string* rejected_field = nullptr;
  /// The maximal nesting depth of objects and lists.
  std::size_t max_depth = 1000;
  /// False: reads the first value of a stream and ignores what follows it; truncated input fails with `EOF` (nothing
  /// there) or `unexpected EOF`. For request bodies. True: reads a complete document (`unexpected end of JSON input`,
  /// `invalid character 'x' after top-level value`). For embedded documents and files.
  bool whole_text = false;
  /// The name of the outermost value in `cannot unmarshal array into Go value of type ...`, where its C++ type does not
  /// give it ("api.TxnOps").
  std::string_view root_type = {};
};

/// Reads one value. On an error `into` holds what was read before it. The error has the bare text of the decoder
/// (callers prefix it with "Request decode failed: " or the like) and status 400.
template <class T>
expected<void> read(std::string_view text, T& into, const read_options& options = {});
template <class T>
expected<T> read(std::string_view text, const read_options& options = {}) {
  T value{};
  if (auto done = read(text, value, options); !done) return tl::unexpected(done.error());
  return value;
}

/// Reads the next value of `in`; for json_read hooks.
template <class T>
void read_value(reader& in, T& into, field_flags flags = field_flags::none);

namespace detail {

template <class T>
concept reads_itself = requires(reader& in, T& value) {
  json_read(in, value);
};

struct read_member {
  using function = void (*)(reader&, void*, field_flags);
  template <class Member>
  static void run(reader& in, void* member, field_flags flags) {
    json::read_value(in, *static_cast<Member*>(member), flags);
  }
};

using read_table = std::vector<member_entry<read_member::function>>;
/// The member with this input name, or null. `by_alias` tells which of its names matched.
const member_entry<read_member::function>* find_member(const read_table& table, std::string_view name, bool& by_alias);
/// Reads an object into the struct at `object`.
void read_record(reader& in, const read_table& table, char* object, const struct_name& name, bool lenient);

template <shape::integer T>
void read_integer(reader& in, T& into) {
  std::string_view digits;
  if (!in.number(digits, &go_type_text<T>)) return;
  T value{};
  auto end = digits.data() + digits.size();
  auto [stop, failure] = std::from_chars(digits.data(), end, value);
  // "-0" is valid for unsigned types too.
  if (std::is_unsigned_v<T> && digits == "-0") value = 0, failure = {}, stop = end;
  if (failure != std::errc{} || stop != end) return in.mismatch("number " + std::string(digits), go_type_text<T>());
  into = value;
}

template <std::floating_point T>
void read_float(reader& in, T& into) {
  std::string_view digits;
  if (!in.number(digits, &go_type_text<T>)) return;
  double value = 0;
  if (!parse_double(digits, value) ||
      (std::same_as<T, float> && value != 0 &&
       (value > std::numeric_limits<float>::max() || value < std::numeric_limits<float>::lowest())))
    return in.mismatch("number " + std::string(digits), go_type_text<T>());
  into = static_cast<T>(value);
}

template <class T>
void read_list(reader& in, T& into, field_flags flags) {
  if (!in.begin_list(&go_type_text<T>)) return;
  into.clear();
  while (in.next_element() && in.make_room(sizeof(typename T::value_type))) {
    into.emplace_back();
    json::read_value(in, into.back(), flags);
  }
}

template <class T>
void read_map(reader& in, T& into, field_flags flags) {
  if (!in.begin_object(&go_type_text<T>)) return;
  std::string_view key;
  while (in.next_key(key) && in.make_room(object_allowance::map_node_bytes + sizeof(typename T::value_type))) {
    auto& element = into[std::string(key)];
    element = {};
    json::read_value(in, element, flags);
  }
}

template <shape::maybe T>
void read_maybe(reader& in, T& into, field_flags flags) {
  // An optional lies within its owner, whose size was counted already.
  if constexpr (!shape::is_specialization<T, std::optional>)
    if (!in.make_room(sizeof(shape::pointee_t<T>))) return;
  shape::pointee_t<T> value{};
  json::read_value(in, value, flags);
  if constexpr (shape::is_specialization<T, std::shared_ptr>)
    into = std::make_shared<shape::pointee_t<T>>(std::move(value));
  else
    into = std::move(value);
}

} // namespace detail

template <class T>
void read_value(reader& in, T& into, field_flags flags) {
  if constexpr (detail::reads_itself<T>)
    return json_read(in, into);
  else {
    if (in.kind() == value_kind::null) {
      in.skip();
      if constexpr (shape::maybe<T> || shape::list<T> || shape::map<T> || std::same_as<T, blob> ||
                    std::same_as<T, free_form>)
        into = T{};
      return;
    }
    if constexpr (std::same_as<T, std::string>)
      in.text(into, &go_type_text<T>);
    else if constexpr (shape::boolean<T>)
      in.boolean(into);
    else if constexpr (shape::integer<T>)
      detail::read_integer(in, into);
    else if constexpr (std::floating_point<T>)
      detail::read_float(in, into);
    else if constexpr (shape::text_enumeration<T>) {
      std::string name;
      if (in.text(name, &go_type_text<T>) && !from_text(name, into)) in.fail("invalid value " + praetor::quoted(name));
    } else if constexpr (shape::enumeration<T>) {
      auto number = static_cast<std::underlying_type_t<T>>(into);
      detail::read_integer(in, number);
      into = static_cast<T>(number);
    } else if constexpr (shape::duration<T>)
      in.duration(into);
    else if constexpr (std::same_as<T, timestamp>)
      in.time(into);
    else if constexpr (std::same_as<T, blob>)
      in.bytes(into.bytes);
    else if constexpr (std::same_as<T, free_form>)
      in.any(into);
    else if constexpr (shape::maybe<T>)
      detail::read_maybe(in, into, flags);
    else if constexpr (shape::list<T>)
      detail::read_list(in, into, flags);
    else if constexpr (shape::map<T>)
      detail::read_map(in, into, flags);
    else if constexpr (shape::record<T>) {
      static const auto table = make_member_table<T, detail::read_member>();
      static constexpr struct_name name{&type_naming<T>::name, &type_naming<T>::go_type, type_naming<T>::embedded()};
      detail::read_record(in, table, reinterpret_cast<char*>(&into), name, type_naming<T>::lenient());
    } else {
      static_assert(detail::reads_itself<T>, "no JSON form: give the type a field list or a json_read beside it");
    }
  }
}

template <class T>
expected<void> read(std::string_view text, T& into, const read_options& options) {
  auto checked = scan(text, options.whole_text, options.max_depth);
  if (!checked.error.empty()) return fail(std::move(checked.error), 400);
  reader in(text.substr(0, checked.end), options.reject_unknown_fields, options.root_type);
  json::read_value(in, into);
  if (options.rejected_field) *options.rejected_field = in.rejected_field();
  if (in.failed()) return fail(in.error(), 400);
  return {};
}

} // namespace praetor::json
