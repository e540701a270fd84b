#pragma once

#include "protocol/codec/shape.hpp"

#include <string>
#include <string_view>
#include <vector>

/// Run-time type descriptions for the filter engine, derived from field lists.
namespace praetor::filter {

enum class type_kind {
  text,
  boolean,
  integer, ///< signed; durations too
  unsigned_integer,
  floating,
  list,
  map,    ///< keyed by text
  maybe,  ///< optional or pointer; unset counts as the default value
  record, ///< a struct with fields
  opaque, ///< without operators
};

struct type_info;
using type_reference = const type_info& (*)();

struct member_info {
  std::string name; ///< the packed name
  std::ptrdiff_t offset;
  type_reference type;
};

/// Functions that do not apply to a kind are null.
struct type_info {
  type_kind kind = type_kind::opaque;
  int bits = 64;                    ///< width of a number
  type_reference element = nullptr; ///< of a list, map or maybe
  std::vector<member_info> members; ///< of a record

  std::string_view (*text)(const void*) = nullptr;
  bool (*boolean)(const void*) = nullptr;
  std::int64_t (*integer)(const void*) = nullptr; ///< unsigned numbers too, bit by bit
  double (*floating)(const void*) = nullptr;
  bool (*empty)(const void*) = nullptr;
  /// The element of a map, or null.
  const void* (*find)(const void*, const std::string& key) = nullptr;
  /// The value of a maybe.
  const void* (*target)(const void*) = nullptr;
  /// Calls `test(context, element)` for each list element until it returns true; returns whether it did.
  bool (*any)(const void*, bool (*test)(const void* context, const void* element), const void* context) = nullptr;
};

/// The description of T; one object per type.
template <class T>
const type_info& type_info_of();

namespace detail {

template <class T>
type_info describe_scalar() {
  type_info info;
  if constexpr (shape::text<T>) {
    info.kind = type_kind::text;
    info.text = [](const void* p) { return std::string_view(*static_cast<const T*>(p)); };
  } else if constexpr (shape::text_enumeration<T>) {
    info.kind = type_kind::text;
    info.text = [](const void* p) { return std::string_view(to_text(*static_cast<const T*>(p))); };
  } else if constexpr (shape::boolean<T>) {
    info.kind = type_kind::boolean;
    info.boolean = [](const void* p) { return *static_cast<const bool*>(p); };
  } else if constexpr (shape::integer<T> || shape::enumeration<T>) {
    if constexpr (shape::enumeration<T>)
      info.kind = std::is_signed_v<std::underlying_type_t<T>> ? type_kind::integer : type_kind::unsigned_integer;
    else
      info.kind = std::is_signed_v<T> ? type_kind::integer : type_kind::unsigned_integer;
    info.bits = static_cast<int>(sizeof(T) * 8);
    info.integer = [](const void* p) { return static_cast<std::int64_t>(*static_cast<const T*>(p)); };
  } else if constexpr (shape::duration<T>) {
    info.kind = type_kind::integer;
    info.integer = [](const void* p) { return std::int64_t{static_cast<const T*>(p)->count()}; };
  } else if constexpr (std::floating_point<T>) {
    info.kind = type_kind::floating;
    info.floating = [](const void* p) { return static_cast<double>(*static_cast<const T*>(p)); };
  }
  return info;
}

template <shape::record T>
type_info describe_record() {
  type_info info;
  info.kind = type_kind::record;
  T sample{};
  auto base = reinterpret_cast<const char*>(&sample);
  T::fields(
      [&]<class Member>(const field& name, Member& member) {
        if (has(name.flags, no_filter)) return;
        if constexpr (!std::same_as<Member, free_form>)
          info.members.push_back(
              {std::string(name.packed_name()), reinterpret_cast<const char*>(&member) - base, &type_info_of<Member>});
      },
      sample);
  return info;
}

template <class T>
type_info describe() {
  if constexpr (shape::list<T>) {
    type_info info;
    info.kind = type_kind::list;
    info.element = &type_info_of<typename T::value_type>;
    info.empty = [](const void* p) { return static_cast<const T*>(p)->empty(); };
    info.any = [](const void* p, bool (*test)(const void*, const void*), const void* context) {
      for (const auto& element : *static_cast<const T*>(p))
        if (test(context, &element)) return true;
      return false;
    };
    return info;
  } else if constexpr (shape::map<T>) {
    type_info info;
    info.kind = type_kind::map;
    info.element = &type_info_of<typename T::mapped_type>;
    info.empty = [](const void* p) { return static_cast<const T*>(p)->empty(); };
    info.find = [](const void* p, const std::string& key) -> const void* {
      const auto& map = *static_cast<const T*>(p);
      auto found = map.find(key);
      return found == map.end() ? nullptr : &found->second;
    };
    return info;
  } else if constexpr (shape::maybe<T>) {
    type_info info;
    info.kind = type_kind::maybe;
    info.element = &type_info_of<shape::pointee_t<T>>;
    info.target = [](const void* p) -> const void* {
      static const shape::pointee_t<T> unset{};
      const auto& value = *static_cast<const T*>(p);
      return value ? &*value : &unset;
    };
    return info;
  } else if constexpr (shape::record<T>)
    return describe_record<T>();
  else
    return describe_scalar<T>();
}

} // namespace detail

template <class T>
const type_info& type_info_of() {
  static const auto info = detail::describe<T>();
  return info;
}

} // namespace praetor::filter
