#pragma once

#include "sim/duration.hpp"

#include <map>
#include <string>
#include <vector>

namespace praetor::sim {

/// Who holds what, as far as clients know for sure: never more at once than may, and nobody within the lock delay of
/// one who lost it by the end of its session. The state's change of leader changes nothing about that.
class hold_book {
public:
  /// How exact the servers' clocks are.
  struct clocks {
    duration error{0}; ///< the most by which two of them differ
    double drift = 0;  ///< the share by which one may run too fast
  };
  /// One that took it.
  struct taking {
    std::string key, session;
    duration asked{0}, answered{0}; ///< it was taken at some moment between these
    duration until{0};              ///< the session's time to live ends not before this
    duration lock_delay{0};         ///< 0: none
    unsigned holders = 1;           ///< how many may hold it at once
  };

  /// @returns what contradicts exclusion or the lock delay, or ""
  std::string acquired(const taking& t, const clocks& c);
  /// The session lives on until then at least.
  void renewed(const std::string& session, duration until);
  /// Asked to be released, or the session to be ended: from now on nothing is sure.
  void may_end(const std::string& session, duration now);
  /// Ending the session was asked then and is acknowledged now: if it held keys for sure up to then, each is protected
  /// by its delay.
  void destroyed(const std::string& session, duration asked, duration answered);
  /// The state was put back to an older one: nothing is sure of what was taken before.
  void forget() { holds_.clear(); }

private:
  struct hold {
    std::string session;
    duration since; ///< when the lock was acknowledged
    duration until; ///< from here on it may have been lost
    duration lock_delay;
    bool asked_to_end = false;               ///< by release or by the end of the session
    duration destroyed_by = duration::max(); ///< when the end of its session was acknowledged, if the lock went with it
    duration ended_after{0};                 ///< the session did not end before this, if it has

    /// Not before this may anyone else have it, if it went with its session.
    duration free_again(const clocks& c) const;
  };
  std::map<std::string, std::vector<hold>> holds_; ///< by key
};

} // namespace praetor::sim
