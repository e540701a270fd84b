#pragma once

#include "protocol/types/error.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>

namespace praetor {

/// What asking for a part of a share leads to.
enum class grant {
  given,
  over_share, ///< the user holds more of it than is fair
  used_up     ///< there is too little left for anybody
};

/// Divides one total among users whose number is not known beforehand. A user may hold at most a fixed multiple of what
/// is left then, so that something is always left for the next one (dynamic thresholds, Choudhury and Hahne 1998): with
/// a factor of 1, n greedy users hold 1/(n+1) of the total each; with 4, one alone takes four fifths, two of them four
/// ninths each.
///
/// Counts only; the owner keeps what each user holds. Any thread; a grant may be off by what other threads take at the
/// same moment.
class fair_share {
public:
  struct terms {
    std::uint64_t factor = 1; ///< how many times what is left a user may hold
    std::uint64_t own = 0;    ///< what each user may hold whatever the others do, beyond the total if need be
    std::uint64_t least = 0;  ///< what each user may hold of the total, however little is left
  };

  explicit fair_share(std::uint64_t total) : fair_share(total, terms{}) {}
  fair_share(std::uint64_t total, terms t) : terms_(t), total_(total) {}

  std::uint64_t used() const { return used_.load(std::memory_order_relaxed); }
  std::uint64_t total() const { return total_.load(std::memory_order_relaxed); }
  void set_total(std::uint64_t total) { total_.store(total, std::memory_order_relaxed); }
  bool full() const { return used() >= total(); }

  /// May a user that holds `held` take `more`? What is larger than the whole is given when nothing else is held.
  /// @param part the user's share is one part in this many of another's
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
  /// What was taken before.
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
