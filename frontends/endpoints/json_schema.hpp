#pragma once

#include "protocol/codec/shape.hpp"

#include <cstdint>
#include <limits>

namespace praetor::endpoints {

/// A JSON Schema (draft 2020-12, as OpenAPI 3.1 takes it).
/// @param depth how many records may still be nested: deeper ones are not described, because types may contain
/// themselves
using schema_function = free_form (*)(int depth);

namespace detail {

template <class T>
free_form integer_schema() {
  free_form out{{"type", "integer"}};
  out["minimum"] = std::numeric_limits<T>::min();
  out["maximum"] = std::numeric_limits<T>::max();
  return out;
}

/// Clients may leave out any member, and may write `null` for what can be missing.
inline free_form or_null(free_form schema) {
  if (schema.contains("type") && schema["type"].is_string())
    schema["type"] = free_form::array({schema["type"], "null"});
  return schema;
}

struct property_visitor {
  free_form& properties;
  int depth;

  template <class T>
  void operator()(const field& f, T& member) const;
};

} // namespace detail

/// Describes the JSON that a T is read from, by its field list. Empty: anything.
template <class T>
free_form schema_of(int depth) {
  if constexpr (shape::text<T> || shape::text_enumeration<T>)
    return {{"type", "string"}};
  else if constexpr (shape::boolean<T>)
    return {{"type", "boolean"}};
  else if constexpr (shape::integer<T>)
    return detail::integer_schema<T>();
  else if constexpr (std::floating_point<T>)
    return {{"type", "number"}};
  else if constexpr (shape::duration<T>)
    return {{"type", free_form::array({"string", "integer"})}, {"description", "a duration: \"1m30s\" or nanoseconds"}};
  else if constexpr (std::same_as<T, timestamp>)
    return {{"type", "string"}, {"format", "date-time"}};
  else if constexpr (std::same_as<T, blob>)
    return detail::or_null({{"type", "string"}, {"contentEncoding", "base64"}});
  else if constexpr (shape::maybe<T>)
    return detail::or_null(schema_of<shape::pointee_t<T>>(depth));
  else if constexpr (shape::list<T>)
    return detail::or_null({{"type", "array"}, {"items", schema_of<typename T::value_type>(depth)}});
  else if constexpr (shape::map<T>)
    return detail::or_null({{"type", "object"}, {"additionalProperties", schema_of<typename T::mapped_type>(depth)}});
  else if constexpr (shape::record<T>) {
    free_form out{{"type", "object"}};
    if (depth <= 0) return out;
    auto properties = free_form::object();
    T value{};
    T::fields(detail::property_visitor{properties, depth - 1}, value);
    out["properties"] = std::move(properties);
    return out;
  } else
    return free_form::object();
}

template <class T>
void detail::property_visitor::operator()(const field& f, T& member) const {
  (void)member;
  if (has(f.flags, no_json) || has(f.flags, read_only)) return;
  properties[std::string(f.name)] = schema_of<std::remove_const_t<T>>(depth);
}

} // namespace praetor::endpoints
