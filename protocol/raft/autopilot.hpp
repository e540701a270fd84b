#pragma once

#include "protocol/raft/machine.hpp"
#include "protocol/swim/types.hpp"
#include "protocol/types/commands.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// Server health and membership decisions as pure functions.
namespace praetor {

/// A server of this datacenter as gossip describes it.
struct seen_server {
  std::string id, name, address; ///< `address`: server RPC, "ip:port"
  std::string storage;           ///< UUID of its Raft log; empty if its tags don't give it
  std::string version;
  swim::member_status status = swim::member_status::none;
  bool bootstrap = false, nonvoter = false;

  bool reachable() const { return status == swim::member_status::alive || status == swim::member_status::leaving; }
  bool gone() const { return status == swim::member_status::left; }
};

/// The health of one member of the Raft configuration.
struct autopilot_server {
  std::string id, name, address, version;
  swim::member_status node_status = swim::member_status::none; ///< none: unknown to gossip
  nanoseconds last_contact{0};                                 ///< time since its last answer to the leader; 0 for the
                                                               ///< leader
  std::uint64_t last_term = 0, last_index = 0;
  bool healthy = false;
  bool voter = false, leader = false;
  nanoseconds stable_since{0}; ///< Unix time of the last change of `healthy`

  /// The status that the autopilot state endpoint reports.
  const char* status() const { return leader ? "leader" : voter ? "voter" : "non-voter"; }
  bool operator==(const autopilot_server&) const = default;
};

/// The cluster as the leader's autopilot sees it.
struct autopilot_state {
  bool healthy = false;
  std::int64_t failure_tolerance = 0;
  std::vector<autopilot_server> servers; ///< by id
  std::string leader;                    ///< id
  std::vector<std::string> voters;       ///< ids

  const autopilot_server* find(std::string_view id) const;
  bool operator==(const autopilot_state&) const = default;
};

/// The leader's view that the judgement is based on.
struct autopilot_input {
  autopilot_config config;
  raft::identity own;
  raft::configuration members;
  std::vector<raft::peer_status> peers; ///< without the leader
  raft::term_t last_term = 0;           ///< of the leader's log
  raft::index_t last_index = 0;
  /// The term of the entry at an index of the leader's log; 0: compacted, or no such entry.
  std::function<raft::term_t(raft::index_t)> term_at;
  std::vector<seen_server> seen;
  raft::time_point now;
  nanoseconds unix_now{0};
  nanoseconds heartbeat{0};   ///< members can't answer more often than this
  nanoseconds leading_for{0}; ///< how long autopilot has been running
};

/// @param before the previous state, from which stability times are carried over; null: the first one
autopilot_state judge_servers(const autopilot_input& in, const autopilot_state* before);

/// The next change that the configuration needs, or nothing. Changes are made one at a time (Raft dissertation 4.1):
/// call again when it is committed. Order: remove servers that left; add servers that are new, have a new disk or moved
/// (as non-voters); promote stable non-voters; remove dead servers, never below a quorum or `min_quorum`.
std::optional<raft::configuration_change> next_change(const autopilot_input& in, const autopilot_state& state);
/// Considers only the promotion of stable non-voters.
std::optional<raft::configuration_change> next_promotion(const autopilot_input& in, const autopilot_state& state);

} // namespace praetor
