#pragma once

#include "protocol/types/error.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace praetor {

/// The outcome of a request for a part of a shared total.
enum class grant {
  given,
  over_share, ///< the user exceeds its fair share
  used_up     ///< too little is left for anyone
};

/// Divides one total among users whose number is not known in advance. A user may hold at most a fixed multiple of what
/// is left, so that a newcomer always finds something (dynamic thresholds, Choudhury and Hahne 1998). With a factor of
/// 1, n greedy users hold 1/(n+1) of the total each; with a factor of 4, one user can take four fifths, two can take
/// four ninths each.
///
/// Only counts; the owner records each user's holding. Thread-safe; a grant may be off by what other threads take at
/// the same moment.
class fair_share {
public:
  struct terms {
    std::uint64_t factor = 1; ///< a user may hold this multiple of what is left
    std::uint64_t own = 0;    ///< reserved for each user, beyond the total if necessary
    std::uint64_t least = 0;  ///< a user may hold this much of the total, however little is left
  };

  explicit fair_share(std::uint64_t total) : fair_share(total, terms{}) {}
  fair_share(std::uint64_t total, terms t) : terms_(t), total_(total) {}

  std::uint64_t used() const { return used_.load(std::memory_order_relaxed); }
  std::uint64_t total() const { return total_.load(std::memory_order_relaxed); }
  void set_total(std::uint64_t total) { total_.store(total, std::memory_order_relaxed); }
  bool full() const { return used() >= total(); }

  /// May a user that holds `held` take `more`? A request larger than the total is granted when nothing else is held.
  /// @param part the user's share is 1/part of an ordinary one
  grant ask(std::uint64_t held, std::uint64_t more, std::uint64_t part = 1) const {
    auto holds = held + more;
    if (holds <= terms_.own) return grant::given;
    auto used = this->used(), total = this->total();
    if (used != 0 && (used >= total || more > total - used)) return grant::used_up;
    auto left = used + more < total ? total - used - more : 0;
    bool fair = holds <= terms_.least || holds * part / terms_.factor <= left || used == 0;
    return fair ? grant::given : grant::over_share;
  }
  bool admits(std::uint64_t held, std::uint64_t more, std::uint64_t part = 1) const {
    return ask(held, more, part) == grant::given;
  }
  void take(std::uint64_t amount) { used_.fetch_add(amount, std::memory_order_relaxed); }
  /// Returns an amount that was granted before.
  void give_back(std::uint64_t amount) {
    auto held = used_.fetch_sub(amount, std::memory_order_relaxed);
    PRAETOR_ASSERT(held >= amount);
  }

private:
  terms terms_;
  std::atomic<std::uint64_t> used_{0};
  std::atomic<std::uint64_t> total_;
};

} // namespace praetor
