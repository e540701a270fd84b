#pragma once

#include "protocol/base/randomness.hpp"

#include <algorithm>
#include <chrono>
#include <random>

namespace praetor {

/// The waits between attempts that fail in a row: each is twice as long as the one before, up to the longest.
class backoff {
public:
  using nanoseconds = std::chrono::nanoseconds;

  backoff() = default;
  /// @param free so many attempts follow at once, before the first wait
  constexpr backoff(nanoseconds first, nanoseconds longest, unsigned free = 0)
      : first_(first), longest_(longest), next_(first), free_(free) {}

  /// An attempt has failed. @returns how long to wait before the next one
  constexpr nanoseconds next() {
    if (failures_++ < free_) return nanoseconds{0};
    auto wait = std::min(next_, longest_);
    next_ = std::min(longest_, 2 * wait);
    return wait;
  }
  /// The same, for those who may have begun at the same moment: a wait that is not yet the longest is shortened at
  /// random, by half at most.
  nanoseconds next(std::mt19937_64& random) {
    auto wait = next();
    return wait < longest_ ? upper_half(random, wait) : wait;
  }
  /// An attempt has worked: the next wait is the first again.
  constexpr void reset() {
    next_ = first_;
    failures_ = 0;
  }
  /// In a row.
  constexpr unsigned failures() const { return failures_; }

private:
  nanoseconds first_{0}, longest_{0}, next_{0};
  unsigned free_ = 0, failures_ = 0;
};

} // namespace praetor
