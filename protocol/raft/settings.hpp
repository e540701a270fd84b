#pragma once

#include <algorithm>
#include <cstddef>

#include "protocol/raft/types.hpp"

namespace praetor::raft {

/// Times and limits. The defaults are those of `performance.raft_multiplier = 1`.
struct settings {
  duration election_timeout = std::chrono::milliseconds(1000); ///< a follower waits one to two times this
  duration quorum_timeout = std::chrono::milliseconds(1000);   ///< a leader without a majority for this long steps down
                                                               ///< (Raft dissertation 6.2)
  duration heartbeat_interval = std::chrono::milliseconds(50);
  duration lease_promise = std::chrono::milliseconds(200);   ///< see append_result::promise
  duration lease_margin = std::chrono::milliseconds(20);     ///< subtracted from a lease: clocks run at different
                                                             ///< speeds
  duration reconnect_jitter = std::chrono::milliseconds(50); ///< spreads the elections after a lost connection
  duration disk_stall = std::chrono::seconds(10);            ///< a slower write costs the leadership
  std::size_t max_append_bytes = 256 * 1024;                 ///< entries in one append (but at least one entry)
  std::size_t max_append_entries = 1024;
  std::size_t max_in_flight_messages = 64; ///< unanswered appends per follower
  std::size_t max_in_flight_bytes = 4 * 1024 * 1024;
  std::size_t cache_bytes = 16 * 1024 * 1024;           ///< durable entries cached for followers
  std::size_t max_uncommitted_bytes = 64 * 1024 * 1024; ///< further proposals are rejected; 0: no limit
  std::size_t max_apply_bytes = 16 * 1024 * 1024;       ///< entries handed out for apply but not yet `applied`
  std::size_t snapshot_chunk = 64 * 1024;
  index_t promote_lag = 250; ///< a non-voter further behind is not promoted (Raft dissertation 4.2.1)

  /// Scales all times except the disk's by `performance.raft_multiplier` (1 to 10).
  static settings scaled(int multiplier) {
    settings result;
    auto factor = std::max(1, multiplier);
    for (auto* time : {&result.election_timeout, &result.quorum_timeout, &result.heartbeat_interval,
                       &result.lease_promise, &result.lease_margin, &result.reconnect_jitter})
      *time *= factor;
    return result;
  }
};

} // namespace praetor::raft
