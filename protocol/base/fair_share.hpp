#pragma once

#include <algorithm>
#include <cstddef>

namespace praetor {

/// Divides one total among users whose number is not known beforehand. A user may hold at most as much as is still
/// free, or a part of it, so that n greedy users hold 1/(n+1) of the total each and 1/(n+1) stays free for the next one
/// (dynamic thresholds, Choudhury and Hahne 1998). A small floor is each user's own, whatever the others hold.
///
/// Counts only; the owner keeps what each user holds. Not safe for concurrent use.
class fair_share {
public:
  /// @param total what all users hold together, the floors excepted
  /// @param floor what each user may hold in any case
  constexpr fair_share(std::size_t total, std::size_t floor) : total_(total), floor_(floor) {}

  /// May a user that holds `held` take `more`?
  /// @param part the user may hold one part in this many of what is free
  constexpr bool admits(std::size_t held, std::size_t more, std::size_t part = 1) const {
    if (held + more <= floor_) return true;
    auto free = total_ - std::min(used_, total_);
    return more <= free && held + more <= std::max(floor_, free / part);
  }
  void take(std::size_t amount) { used_ += amount; }
  void give_back(std::size_t amount) { used_ -= std::min(amount, used_); }
  std::size_t used() const { return used_; }

private:
  std::size_t total_, floor_, used_ = 0;
};

} // namespace praetor
