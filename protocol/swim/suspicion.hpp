#pragma once

#include "protocol/swim/formulas.hpp"

#include <set>
#include <string>

namespace praetor::swim {

/// The time that a suspect has to object. Each independent confirmation shortens it, down to the minimum: who is alone
/// with its suspicion may be the one with the bad connection (Lifeguard).
class suspicion {
public:
  /// @param accuser who suspects first; it confirms nothing
  /// @param wanted confirmations that bring the time down to `minimum`; none: it is the minimum from the start
  suspicion(std::string accuser, std::size_t wanted, duration minimum, duration maximum, time_point start)
      : wanted_(wanted), minimum_(minimum), maximum_(maximum), start_(start), heard_{std::move(accuser)} {}

  /// Another member says so too. True if that is news to be passed on.
  bool confirm(const std::string& from) {
    if (confirmed() >= wanted_) return false;
    return heard_.insert(from).second;
  }
  std::size_t confirmed() const { return heard_.size() - 1; }
  /// When the suspect counts as dead.
  time_point deadline() const { return start_ + suspicion_timeout(confirmed(), wanted_, minimum_, maximum_); }

private:
  std::size_t wanted_;
  duration minimum_, maximum_;
  time_point start_;
  std::set<std::string> heard_;
};

} // namespace praetor::swim
