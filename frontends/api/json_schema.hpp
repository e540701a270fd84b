#pragma once

#include "protocol/codec/shape.hpp"

#include <cstdint>
#include <limits>

namespace praetor::api {

/// A JSON Schema (draft 2020-12, as in OpenAPI 3.1).
/// @param depth the maximal nesting of records: deeper ones are not described, because types may contain themselves
using schema_function = free_form (*)(int depth);

namespace detail {

free_form any_schema();
free_form text_schema();
free_form boolean_schema();
free_form integer_schema(std::int64_t least, std::uint64_t most);
free_form number_schema();
free_form duration_schema();
free_form time_schema();
free_form bytes_schema();
free_form list_schema(const free_form& items);
free_form map_schema(const free_form& values);
/// Without properties: any object.
free_form record_schema();
void add_property(free_form& record, std::string_view name, const free_form& schema);
/// Clients may omit any member, and may write `null` for optional values.
free_form or_null(free_form schema);

struct property_visitor {
  free_form& record;
  int depth;

  template <class T>
  void operator()(const field& f, T& member) const;
};

} // namespace detail

/// The schema of the JSON from which a T is decoded, by its field list. Empty: anything.
template <class T>
free_form schema_of(int depth) {
  if constexpr (shape::text<T> || shape::text_enumeration<T>)
    return detail::text_schema();
  else if constexpr (shape::boolean<T>)
    return detail::boolean_schema();
  else if constexpr (shape::integer<T>)
    return detail::integer_schema(std::numeric_limits<T>::min(), std::numeric_limits<T>::max());
  else if constexpr (std::floating_point<T>)
    return detail::number_schema();
  else if constexpr (shape::duration<T>)
    return detail::duration_schema();
  else if constexpr (std::same_as<T, timestamp>)
    return detail::time_schema();
  else if constexpr (std::same_as<T, blob>)
    return detail::or_null(detail::bytes_schema());
  else if constexpr (shape::maybe<T>)
    return detail::or_null(schema_of<shape::pointee_t<T>>(depth));
  else if constexpr (shape::list<T>)
    return detail::or_null(detail::list_schema(schema_of<typename T::value_type>(depth)));
  else if constexpr (shape::map<T>)
    return detail::or_null(detail::map_schema(schema_of<typename T::mapped_type>(depth)));
  else if constexpr (shape::record<T>) {
    auto out = detail::record_schema();
    T value{};
    if (depth > 0) T::fields(detail::property_visitor{out, depth - 1}, value);
    return out;
  } else
    return detail::any_schema();
}

template <class T>
void detail::property_visitor::operator()(const field& f, T& member) const {
  (void)member;
  if (has(f.flags, no_json) || has(f.flags, read_only)) return;
  add_property(record, f.name, schema_of<std::remove_const_t<T>>(depth));
}

} // namespace praetor::api
