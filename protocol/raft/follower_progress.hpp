#pragma once

#include <deque>
#include <optional>

#include "protocol/raft/types.hpp"

namespace praetor::raft {

/// A snapshot in transfer to a follower, one chunk at a time: read by the environment, sent, acknowledged.
struct snapshot_transfer {
  enum class step_t : std::uint8_t { offered, reading, sent };
  snapshot_meta meta;
  step_t step = step_t::offered;
  std::uint64_t offset = 0; ///< bytes that the follower is known to hold; `data` starts here
  std::string data;
  bool done = false;
  time_point sent_at;
};

/// The leader's view of one member.
struct follower_progress {
  enum class state_t : std::uint8_t {
    probe,     ///< the point where the logs diverge is unknown: one append at a time
    replicate, ///< appends are pipelined (Raft dissertation 10.2.2)
    snapshot,  ///< the entries that the follower needs are compacted
  };
  struct in_flight_append {
    index_t last = 0;
    std::size_t bytes = 0;
  };

  identity who;
  bool voter = false; ///< in the configuration in force
  state_t state = state_t::probe;
  index_t match = 0;
  index_t next = 1;
  index_t commit_sent = 0;
  bool probe_sent = false;
  bool heartbeat_due = false;
  bool connected = true;
  index_t leaving = 0; ///< index of the configuration that removed it; kept until it has learned of its removal
  std::deque<in_flight_append> in_flight;
  std::size_t in_flight_bytes = 0;
  time_point last_contact;
  std::optional<time_point> promise_until; ///< its promise in the current lease epoch
  std::uint64_t round = 0;                 ///< the newest read round that it answered
  std::optional<snapshot_transfer> transfer;

  void to_probe(index_t from) {
    state = state_t::probe;
    next = from;
    probe_sent = false;
    in_flight.clear();
    in_flight_bytes = 0;
    transfer.reset();
  }
  void acknowledge(index_t up_to) {
    while (!in_flight.empty() && in_flight.front().last <= up_to) {
      in_flight_bytes -= in_flight.front().bytes;
      in_flight.pop_front();
    }
  }
};

} // namespace praetor::raft
