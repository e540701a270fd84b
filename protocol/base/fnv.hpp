#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>

/// The 32-bit and 64-bit Fowler/Noll/Vo hashes (draft-eastlake-fnv). Not collision-resistant against an attacker.
namespace praetor::fnv {

template <class T>
concept hash = std::same_as<T, std::uint32_t> || std::same_as<T, std::uint64_t>;

template <hash T>
inline constexpr T offset = sizeof(T) == 4 ? T{2166136261u} : static_cast<T>(14695981039346656037u);
template <hash T>
inline constexpr T prime = sizeof(T) == 4 ? T{16777619u} : static_cast<T>(1099511628211u);

/// One byte of FNV-1: multiply, then xor.
template <hash T>
constexpr T step_1(T so_far, unsigned char byte) {
  so_far *= prime<T>;
  return so_far ^ byte;
}
/// One byte of FNV-1a: xor, then multiply.
template <hash T>
constexpr T step_1a(T so_far, unsigned char byte) {
  return (so_far ^ byte) * prime<T>;
}

/// FNV-1 of a text.
template <hash T>
constexpr T of_1(std::string_view text, T so_far = offset<T>) {
  for (unsigned char byte : text) so_far = step_1(so_far, byte);
  return so_far;
}
/// FNV-1a of a text.
template <hash T>
constexpr T of_1a(std::string_view text, T so_far = offset<T>) {
  for (unsigned char byte : text) so_far = step_1a(so_far, byte);
  return so_far;
}

} // namespace praetor::fnv
