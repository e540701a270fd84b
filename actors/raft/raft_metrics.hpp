#pragma once

#include "actors/telemetry/group.hpp"

namespace praetor {

/// The metrics of this server's Raft peer.
struct raft_metrics : metrics::group {
  using group::group;

  metrics::gauge is_leader{*this, "server.isLeader", "1 if this server leads, else 0."};
  metrics::gauge applied_index{*this, "raft.applied_index", "The newest Raft index that the state contains."};

  void read(bool leads, std::uint64_t applied) const {
    is_leader.set(leads ? 1 : 0);
    applied_index.set(applied);
  }
};

} // namespace praetor
