#pragma once

#include "protocol/base/randomness.hpp"
#include "protocol/types/values.hpp"

#include <algorithm>
#include <random>

namespace praetor {

/// The waits between attempts that fail: the first is short, each is twice as long as the one before, up to the
/// longest. A short one is drawn from between half of it and all of it, so that agents that start at the same moment
/// do not go on in step.
class doubling_wait {
public:
  doubling_wait() = default;
  doubling_wait(nanoseconds first, nanoseconds longest) : first_(first), longest_(longest), next_(first) {}

  nanoseconds next(std::mt19937_64& random) {
    if (next_ >= longest_) return longest_;
    auto half = next_ / 2;
    next_ = std::min(longest_, 2 * next_);
    return half + jitter(random, half + nanoseconds{1});
  }
  /// The next one is the first again.
  void reset() { next_ = first_; }

private:
  nanoseconds first_{0}, longest_{0}, next_{0};
};

/// Of attempts to join. An agent whose port is not open yet, because it starts at the same moment, opens it within
/// some tenths of a second.
inline constexpr nanoseconds first_join_wait = std::chrono::milliseconds(100);

} // namespace praetor
