#pragma once

#include "protocol/types/field.hpp"
#include "protocol/types/values.hpp"

#include <concepts>
#include <map>
#include <memory>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace praetor {
template <class T>
class boxed; // protocol/types/definitions.hpp
}

/// Classifies members by their C++ type. Every codec (JSON, MessagePack, hash, filter) branches on these concepts only,
/// so that a type known to one codec is known to all.
namespace praetor::shape {

template <class T, template <class...> class Template>
inline constexpr bool is_specialization = false;
template <template <class...> class Template, class... Args>
inline constexpr bool is_specialization<Template<Args...>, Template> = true;

template <class T>
concept text = std::same_as<T, std::string> || std::same_as<T, std::string_view>;
template <class T>
concept list = is_specialization<T, std::vector>;
template <class T>
concept map = is_specialization<T, std::map> && std::same_as<typename T::key_type, std::string>;
/// std::optional, boxed or std::shared_ptr: a value that may be absent (`null`, nil).
template <class T>
concept maybe =
    is_specialization<T, std::optional> || is_specialization<T, boxed> || is_specialization<T, std::shared_ptr>;
template <class T>
concept boolean = std::same_as<T, bool>;
template <class T>
concept integer = std::integral<T> && !boolean<T>;
template <class T>
concept number = integer<T> || std::floating_point<T>;
template <class T>
concept duration = std::same_as<T, nanoseconds>;
template <class T>
concept enumeration = std::is_enum_v<T>;
/// An enum with `std::string_view to_text(E)` and `bool from_text(std::string_view, E&)` beside it is encoded as text,
/// any other enum as its number.
template <class T>
concept text_enumeration = enumeration<T> && requires(T& value, std::string_view name) {
  { to_text(value) } -> std::convertible_to<std::string_view>;
  { from_text(name, value) } -> std::same_as<bool>;
};
/// A struct with a field list.
template <class T>
concept record = has_fields<T> && std::is_class_v<T>;
/// Several structs, one after the other or by name.
template <class T>
concept record_list = list<T> && record<typename T::value_type>;
template <class T>
concept record_map = map<T> && record<typename T::mapped_type>;

/// A type with its own codec hooks may define when `omit_empty` omits it: `bool codec_empty(const T&)`.
template <class T>
concept says_empty = requires(const T& value) {
  { codec_empty(value) } -> std::same_as<bool>;
};

/// The value type of a `maybe`, without const.
template <maybe T>
struct pointee;
template <class T>
struct pointee<std::optional<T>> {
  using type = T;
};
template <class T>
struct pointee<boxed<T>> {
  using type = T;
};
template <class T>
struct pointee<std::shared_ptr<T>> {
  using type = std::remove_const_t<T>;
};
template <maybe T>
using pointee_t = typename pointee<T>::type;

/// Whether `omit_empty` omits the value: zero, empty or unset. A struct is never empty.
template <class T>
bool is_empty(const T& value) {
  if constexpr (says_empty<T>)
    return codec_empty(value);
  else if constexpr (text<T> || list<T> || map<T>)
    return value.empty();
  else if constexpr (maybe<T>)
    return !value;
  else if constexpr (boolean<T> || number<T> || enumeration<T> || duration<T>)
    return value == T{};
  else if constexpr (std::same_as<T, blob>)
    return value.bytes.empty();
  else if constexpr (std::same_as<T, timestamp>)
    return value.is_zero();
  else if constexpr (std::same_as<T, free_form>)
    return value.empty();
  else
    return false;
}

} // namespace praetor::shape
