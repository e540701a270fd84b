#pragma once

#include "protocol/base/randomness.hpp"

#include <algorithm>
#include <chrono>
#include <random>

namespace praetor {

/// The delays between consecutive failed attempts: each doubles the previous one, up to a maximum.
class backoff {
public:
  using nanoseconds = std::chrono::nanoseconds;

  backoff() = default;
  /// @param free this many retries follow without a delay
  constexpr backoff(nanoseconds first, nanoseconds longest, unsigned free = 0)
      : first_(first), longest_(longest), next_(first), free_(free) {}

  /// An attempt has failed. @returns the delay before the next one
  constexpr nanoseconds next() {
    if (failures_++ < free_) return nanoseconds{0};
    auto wait = std::min(next_, longest_);
    next_ = std::min(longest_, 2 * wait);
    return wait;
  }
  /// Like `next()`, for peers that may have started at the same moment: below the maximum, shortens the delay at random
  /// by at most half.
  nanoseconds next(std::mt19937_64& random) {
    auto wait = next();
    return wait < longest_ ? upper_half(random, wait) : wait;
  }
  /// An attempt succeeded: start again with the first delay.
  constexpr void reset() {
    next_ = first_;
    failures_ = 0;
  }
  /// Consecutive failures.
  constexpr unsigned failures() const { return failures_; }

private:
  nanoseconds first_{0}, longest_{0}, next_{0};
  unsigned free_ = 0, failures_ = 0;
};

} // namespace praetor
