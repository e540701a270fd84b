#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

/// Draws that depend on the generator alone and not on the standard library's distributions, so that equal seeds give
/// equal runs on every platform.
namespace praetor {

/// 0 to bound - 1; `bound` is at least 1.
inline std::uint64_t draw_below(std::mt19937_64& random, std::uint64_t bound) { return random() % bound; }

/// Uniform in [0, span); 0 if `span` is not positive. Added to a delay, it desynchronizes peers that wait for the same
/// event.
inline std::chrono::nanoseconds jitter(std::mt19937_64& random, std::chrono::nanoseconds span) {
  auto bound = static_cast<std::uint64_t>(std::max<std::int64_t>(span.count(), 1));
  return std::chrono::nanoseconds{static_cast<std::int64_t>(draw_below(random, bound))};
}

/// Uniform between half of a delay and all of it. Desynchronizes peers that lost each other at the same moment.
inline std::chrono::nanoseconds upper_half(std::mt19937_64& random, std::chrono::nanoseconds wait) {
  auto half = wait / 2;
  return half + jitter(random, half + std::chrono::nanoseconds{1});
}

/// Uniform in [0, 1).
inline double draw_unit(std::mt19937_64& random) {
  return static_cast<double>(random() >> 11) * (1.0 / 9007199254740992.0); // 2^-53
}

template <class T>
void shuffle(std::vector<T>& values, std::mt19937_64& random) {
  for (auto left = values.size(); left > 1; --left) std::swap(values[left - 1], values[draw_below(random, left)]);
}

/// A uniform sample of `count` of the `values` (or all of them).
template <class T>
std::vector<T> draw_some(std::vector<T> values, std::size_t count, std::mt19937_64& random) {
  if (count > values.size()) count = values.size();
  for (std::size_t i = 0; i < count; ++i) std::swap(values[i], values[i + draw_below(random, values.size() - i)]);
  values.resize(count);
  return values;
}

} // namespace praetor
