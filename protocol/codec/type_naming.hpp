#pragma once

#include "protocol/codec/shape.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace praetor {

namespace detail {
/// "register_request" -> "RegisterRequest".
std::string camel_case(std::string_view snake);
/// Extracts the unqualified name of T from the compiler's text for a function of T.
std::string_view unqualified_type_name(std::string_view pretty_function);
template <class T>
constexpr std::string_view pretty_function() {
  return __PRETTY_FUNCTION__;
}
} // namespace detail

/// The name of a struct where clients see type names: in error texts and in the structural hash. Defaults come from
/// static members of the struct, else from its C++ name; specialize it for a struct that can't be changed.
///   type_name     "AgentService": `Go struct field AgentService.Port`, and the hash. "" for an unnamed struct.
///   go_type       "structs.NodeService": the text behind `of type`.
///   go_embedded   "Alias": the struct is decoded through an embedded one with this name. It precedes each of its
///                 fields in the path of an error text, and the struct itself has no name there (`.Alias.Name`).
///   json_lenient  true: unknown fields are ignored in it and below, even if the caller rejects them.
template <class T>
struct type_naming {
  static std::string name() {
    if constexpr (requires { T::type_name; })
      return std::string(T::type_name);
    else
      return detail::camel_case(detail::unqualified_type_name(detail::pretty_function<T>()));
  }
  static std::string go_type() {
    if constexpr (requires { T::go_type; })
      return std::string(T::go_type);
    else
      return "structs." + name();
  }
  static constexpr std::string_view embedded() {
    if constexpr (requires { T::go_embedded; })
      return T::go_embedded;
    else
      return {};
  }
  static constexpr bool lenient() {
    if constexpr (requires { T::json_lenient; })
      return T::json_lenient;
    else
      return false;
  }
};

/// The name of T after `of type` in an error text: "int", "[]string", "map[string]string", "structs.NodeService".
template <class T>
std::string go_type_text() {
  if constexpr (requires { T::go_type; })
    return std::string(T::go_type);
  else if constexpr (shape::text<T> || shape::text_enumeration<T>)
    return "string";
  else if constexpr (shape::boolean<T>)
    return "bool";
  else if constexpr (shape::enumeration<T>)
    return go_type_text<std::underlying_type_t<T>>();
  else if constexpr (std::same_as<T, float>)
    return "float32";
  else if constexpr (std::floating_point<T>)
    return "float64";
  else if constexpr (shape::integer<T>) {
    // Go's int is 64 bits wide, and nearly every signed number of the API is one.
    if constexpr (std::is_signed_v<T>)
      return sizeof(T) >= 4 ? "int" : sizeof(T) == 2 ? "int16" : "int8";
    else
      return "uint" + std::to_string(sizeof(T) * 8);
  } else if constexpr (shape::duration<T>)
    return "time.Duration";
  else if constexpr (std::same_as<T, timestamp>)
    return "time.Time";
  else if constexpr (std::same_as<T, blob>)
    return "[]uint8";
  else if constexpr (std::same_as<T, free_form>)
    return "interface {}";
  else if constexpr (shape::list<T>) {
    using element = typename T::value_type;
    if constexpr (shape::maybe<element>)
      return "[]*" + go_type_text<shape::pointee_t<element>>();
    else
      return "[]" + go_type_text<element>();
  } else if constexpr (shape::map<T>)
    return "map[string]" + go_type_text<typename T::mapped_type>();
  else if constexpr (shape::maybe<T>)
    return go_type_text<shape::pointee_t<T>>();
  else
    return type_naming<T>::go_type();
}

} // namespace praetor
