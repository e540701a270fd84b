#pragma once

#include <deque>
#include <optional>

#include "protocol/raft/types.hpp"

namespace praetor::raft {

/// A snapshot on its way to a follower: one piece at a time, each asked of the environment, sent, and acknowledged.
struct snapshot_transfer {
  enum class step_t : std::uint8_t { offered, reading, sent };
  snapshot_meta meta;
  step_t step = step_t::offered;
  std::uint64_t offset = 0; ///< what the follower is known to hold; `data` starts here
  std::string data;
  bool done = false;
  time_point sent_at;
};

/// What a leader knows of one member.
struct follower_progress {
  enum class state_t : std::uint8_t {
    probe,     ///< where the logs part is not known: one append at a time
    replicate, ///< appends are pipelined
    snapshot,  ///< what the follower needs is compacted
  };
  struct in_flight_append {
    index_t last = 0;
    std::size_t bytes = 0;
  };

  identity who;
  bool voter = false; ///< by the configuration in force
  state_t state = state_t::probe;
  index_t match = 0;
  index_t next = 1;
  index_t commit_sent = 0;
  bool probe_sent = false;
  bool heartbeat_due = false;
  bool connected = true;
  index_t leaving = 0; ///< index of the configuration that removed it; kept until it has heard of that
  std::deque<in_flight_append> in_flight;
  std::size_t in_flight_bytes = 0;
  time_point last_contact;
  std::optional<time_point> promise_until; ///< its promise in the current lease epoch
  std::uint64_t round = 0;                 ///< newest read round that it answered
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
