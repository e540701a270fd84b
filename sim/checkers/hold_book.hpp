#pragma once

#include "sim/duration.hpp"

#include <map>
#include <string>
#include <vector>

namespace praetor::sim {

/// Records the lock holders as far as clients know them with certainty: never more than allowed at once, and none
/// within the lock delay after a session that held the lock was invalidated. A change of leader does not affect that.
class hold_book {
public:
  /// The accuracy of the servers' clocks.
  struct clocks {
    duration error{0}; ///< the maximal difference between two of them
    double drift = 0;  ///< the maximal drift rate
  };
  /// An acquisition of a lock.
  struct taking {
    std::string key, session;
    duration asked{0}, answered{0}; ///< acquired between these times
    duration until{0};              ///< the session lives at least until then
    duration lock_delay{0};         ///< 0: none
    unsigned holders = 1;           ///< the maximal number of concurrent holders
  };

  /// @returns the violation of mutual exclusion or of the lock delay, or ""
  std::string acquired(const taking& t, const clocks& c);
  /// The session lives at least until `until`.
  void renewed(const std::string& session, duration until);
  /// A release of the lock or the end of the session was requested: the state is uncertain from now on.
  void may_end(const std::string& session, duration now);
  /// The invalidation of the session was requested at `asked` and acknowledged: keys that it certainly held at that
  /// time are protected by their lock delays.
  void destroyed(const std::string& session, duration asked, duration answered);
  /// An older state was restored: earlier acquisitions are uncertain.
  void forget() { holds_.clear(); }

private:
  struct hold {
    std::string session;
    duration since; ///< when the acquisition was acknowledged
    duration until; ///< from here on it may have been lost
    duration lock_delay;
    bool asked_to_end = false;               ///< by a release or the invalidation of the session
    duration destroyed_by = duration::max(); ///< when the session's invalidation was acknowledged, if the lock ended
                                             ///< with it
    duration ended_after{0};                 ///< the session, if ended, did not end before this

    /// No one else may acquire it before this, if it ended with its session.
    duration free_again(const clocks& c) const;
  };
  std::map<std::string, std::vector<hold>> holds_; ///< by key
};

} // namespace praetor::sim
