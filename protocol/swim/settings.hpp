#pragma once

#include "protocol/types/values.hpp"

#include <chrono>
#include <cstddef>

namespace praetor::swim {

using time_point = std::chrono::steady_clock::time_point;
using duration = std::chrono::steady_clock::duration;

/// Times and limits of a gossip pool. The defaults are those of a LAN.
struct settings {
  // Failure detection.
  duration probe_interval = std::chrono::seconds(1);
  duration probe_timeout = std::chrono::milliseconds(500); ///< after this, other members are asked to probe
  std::size_t indirect_checks = 3;                         ///< the number of members asked
  bool stream_pings = true;                                ///< probe a silent member over a stream too
  std::size_t suspicion_multiplier = 4;
  std::size_t suspicion_max_multiplier = 6;
  std::size_t awareness_limit = 8;                  ///< exclusive upper bound of the health score
  duration dead_reclaim = std::chrono::seconds(30); ///< a member dead for longer may return with another address

  // Dissemination.
  duration gossip_interval = std::chrono::milliseconds(200);
  std::size_t gossip_nodes = 3;
  duration gossip_to_the_dead = std::chrono::seconds(30);
  std::size_t retransmit_multiplier = 4;
  duration push_pull_interval = std::chrono::seconds(30); ///< zero: only at a join
  duration stream_timeout = std::chrono::seconds(10);
  std::size_t packet_budget = 1400; ///< size of a UDP packet in bytes
  std::size_t packet_overhead = 0;  ///< of which encryption takes (`sealed_packet_overhead`)
  std::size_t join_concurrency = 8; ///< concurrent streams of a join
  std::size_t queue_minimum = 4096; ///< a queue holds max(this, 2 x members) messages

  // Failed and left members.
  duration reap_interval = std::chrono::seconds(15);
  duration reconnect_interval = std::chrono::seconds(30);
  duration reconnect_timeout = std::chrono::hours(72); ///< when a failed member is removed; its tag `rc_tm` takes
                                                       ///< precedence
  duration tombstone_timeout = std::chrono::hours(24); ///< when a member that left is removed
  duration flap_timeout = std::chrono::seconds(60);
  duration intent_timeout = std::chrono::minutes(5); ///< how long intents of unknown members are kept

  // Leaving.
  duration broadcast_timeout = std::chrono::seconds(5);
  duration leave_timeout = std::chrono::seconds(5);
  duration leave_propagate_delay = std::chrono::seconds(3);

  // Events and queries.
  std::size_t tags_limit = 512;       ///< encoded bytes
  std::size_t user_event_limit = 512; ///< encoded bytes
  std::size_t event_buffer = 512;     ///< number of Lamport times for which duplicates are detected
  std::size_t query_limit = 1024;     ///< encoded bytes
  std::size_t query_response_limit = 1024;
  std::size_t query_timeout_multiplier = 16;
  std::size_t pending_query_limit = 1024; ///< own queries that await answers; further ones are rejected

  bool coordinates = true;                                       ///< compute network coordinates
  duration clock_line_interval = std::chrono::milliseconds(500); ///< minimal interval between lines of the member clock

  static settings lan() { return {}; }
  static settings wan() {
    using namespace std::chrono_literals;
    settings s;
    s.probe_interval = 5s, s.probe_timeout = 3s;
    s.suspicion_multiplier = 6;
    s.gossip_interval = 500ms, s.gossip_nodes = 3, s.gossip_to_the_dead = 60s;
    s.push_pull_interval = 60s, s.stream_timeout = 30s;
    return s;
  }
  /// All members on one machine.
  static settings local() {
    using namespace std::chrono_literals;
    settings s;
    s.probe_timeout = 200ms, s.indirect_checks = 1;
    s.suspicion_multiplier = 3, s.retransmit_multiplier = 2;
    s.gossip_interval = 100ms, s.gossip_to_the_dead = 15s;
    s.push_pull_interval = 15s, s.stream_timeout = 1s;
    return s;
  }
};

} // namespace praetor::swim
