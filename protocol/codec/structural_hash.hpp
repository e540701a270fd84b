#pragma once

#include "protocol/base/fnv.hpp"
#include "protocol/codec/shape.hpp"
#include "protocol/codec/type_naming.hpp"

#include <bit>
#include <cstdint>
#include <string_view>

/// The 64-bit structural hash of a value, derived from field lists: names are packed names, the struct name comes from
/// `type_naming`, members flagged `no_hash` are skipped.
namespace praetor {

namespace detail {

constexpr std::uint64_t fnv_step(std::uint64_t hash, unsigned char byte) { return fnv::step_1(hash, byte); }
inline constexpr auto fnv_offset = fnv::offset<std::uint64_t>;

/// FNV-1 of a text.
constexpr std::uint64_t hash_text(std::string_view text) { return fnv::of_1<std::uint64_t>(text); }

/// FNV-1 of the low `width` bytes, least significant first.
constexpr std::uint64_t hash_bytes(std::uint64_t value, std::size_t width) {
  auto hash = fnv_offset;
  for (std::size_t i = 0; i < width; ++i) hash = fnv_step(hash, static_cast<unsigned char>(value >> (8 * i)));
  return hash;
}

/// Combines two hashes; the order matters.
constexpr std::uint64_t combine_hashes(std::uint64_t a, std::uint64_t b) {
  auto hash = fnv_offset;
  for (auto part : {a, b})
    for (int i = 0; i < 8; ++i) hash = fnv_step(hash, static_cast<unsigned char>(part >> (8 * i)));
  return hash;
}

/// An absent value hashes like the integer 0.
inline constexpr std::uint64_t hash_of_nothing = hash_bytes(0, 8);

std::uint64_t hash_free_form(const free_form& value);

} // namespace detail

/// The hash of `value`. Printed in hexadecimal without padding it is a `ContentHash`. A type may supply
/// `std::uint64_t hash_itself(const T& value)` beside it.
template <class T>
std::uint64_t structural_hash(const T& value) {
  if constexpr (requires { hash_itself(value); })
    return hash_itself(value);
  else if constexpr (shape::text<T>)
    return detail::hash_text(value);
  else if constexpr (shape::boolean<T>)
    return detail::hash_bytes(value ? 1 : 0, 1);
  else if constexpr (shape::integer<T>)
    return detail::hash_bytes(static_cast<std::uint64_t>(value), sizeof(T));
  else if constexpr (std::same_as<T, float>)
    return detail::hash_bytes(std::bit_cast<std::uint32_t>(value), 4);
  else if constexpr (std::floating_point<T>)
    return detail::hash_bytes(std::bit_cast<std::uint64_t>(value), 8);
  else if constexpr (shape::text_enumeration<T>)
    return detail::hash_text(to_text(value));
  else if constexpr (shape::enumeration<T>)
    return structural_hash(static_cast<std::underlying_type_t<T>>(value));
  else if constexpr (shape::duration<T>)
    return structural_hash(std::int64_t{value.count()});
  else if constexpr (std::same_as<T, timestamp>) {
    // Go's time.Time has no exported member for the hash to see.
    return detail::hash_text("Time");
  } else if constexpr (std::same_as<T, blob>) {
    std::uint64_t hash = 0;
    for (char c : value.bytes)
      hash = detail::combine_hashes(hash, detail::hash_bytes(static_cast<unsigned char>(c), 1));
    return hash;
  } else if constexpr (std::same_as<T, free_form>)
    return detail::hash_free_form(value);
  else if constexpr (shape::maybe<T>)
    return value ? structural_hash(*value) : detail::hash_of_nothing;
  else if constexpr (shape::list<T>) {
    std::uint64_t hash = 0;
    for (const auto& element : value) hash = detail::combine_hashes(hash, structural_hash(element));
    return hash;
  } else if constexpr (shape::map<T>) {
    std::uint64_t hash = 0;
    for (const auto& [key, element] : value)
      hash ^= detail::combine_hashes(detail::hash_text(key), structural_hash(element));
    return hash;
  } else {
    static_assert(shape::record<T>, "no structural hash: give the type a field list");
    auto hash = detail::hash_text(type_naming<T>::name());
    T::fields(
        [&](const field& name, const auto& member) {
          if (has(name.flags, no_hash)) return;
          hash ^= detail::combine_hashes(detail::hash_text(name.packed_name()), structural_hash(member));
        },
        value);
    return hash;
  }
}

} // namespace praetor
