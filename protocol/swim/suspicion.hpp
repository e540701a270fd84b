#pragma once

#include "protocol/swim/formulas.hpp"

#include <set>
#include <string>

namespace praetor::swim {

/// The timeout within which a suspect can refute. Each independent confirmation shortens it, down to the minimum: a
/// member alone with its suspicion may have the bad connection itself (Lifeguard, LHA Suspicion).
class suspicion {
public:
  /// @param accuser the first member to suspect; not a confirmation
  /// @param wanted confirmations that shorten the timeout to `minimum`; 0: it is the minimum from the start
  suspicion(std::string accuser, std::size_t wanted, duration minimum, duration maximum, time_point start)
      : wanted_(wanted), minimum_(minimum), maximum_(maximum), start_(start), heard_{std::move(accuser)} {}

  /// Another member suspects the node too. Returns true if that is new and must be rebroadcast.
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
