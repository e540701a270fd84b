#pragma once

#include "protocol/raft/machine.hpp"
#include "protocol/swim/types.hpp"
#include "protocol/types/commands.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// Which servers are well, and which ought to be members: decisions without an actor around them.
namespace praetor {

/// What gossip says of a server of this datacenter.
struct seen_server {
  std::string id, name, address; ///< address of its server RPC, "ip:port"
  std::string storage;           ///< of its Raft log; empty while its tags don't tell
  std::string version;
  swim::member_status status = swim::member_status::none;
  bool bootstrap = false, nonvoter = false;

  bool reachable() const { return status == swim::member_status::alive || status == swim::member_status::leaving; }
  bool gone() const { return status == swim::member_status::left; }
};

/// How one member of the Raft configuration fares.
struct autopilot_server {
  std::string id, name, address, version;
  swim::member_status node_status = swim::member_status::none; ///< none: gossip does not know it
  nanoseconds last_contact{0};                                 ///< since it last answered the leader; 0 for the leader
  std::uint64_t last_term = 0, last_index = 0;
  bool healthy = false;
  bool voter = false, leader = false;
  nanoseconds stable_since{0}; ///< Unix time of the last change of `healthy`

  /// As the state endpoint calls it: leader, voter or non-voter.
  const char* status() const { return leader ? "leader" : voter ? "voter" : "non-voter"; }
  bool operator==(const autopilot_server&) const = default;
};

/// The cluster as its leader's autopilot sees it.
struct autopilot_state {
  bool healthy = false;
  std::int64_t failure_tolerance = 0;
  std::vector<autopilot_server> servers; ///< by id
  std::string leader;                    ///< id
  std::vector<std::string> voters;       ///< ids

  const autopilot_server* find(std::string_view id) const;
  bool operator==(const autopilot_state&) const = default;
};

/// What a leader knows when it judges.
struct autopilot_input {
  autopilot_config config;
  raft::identity own;
  raft::configuration members;
  std::vector<raft::peer_status> peers; ///< without the leader
  raft::term_t last_term = 0;           ///< of the leader's log
  raft::index_t last_index = 0;
  /// Term of the entry at an index of the leader's log; 0: compacted, or none.
  std::function<raft::term_t(raft::index_t)> term_at;
  std::vector<seen_server> seen;
  raft::time_point now;
  nanoseconds unix_now{0};
  nanoseconds heartbeat{0};   ///< members can't answer more often than this
  nanoseconds leading_for{0}; ///< how long autopilot has been watching
};

/// @param before the last state, from which times of stability are carried on; null: the first one
autopilot_state judge_servers(const autopilot_input& in, const autopilot_state* before);

/// The next change that the configuration needs, or nothing. One at a time: the next is asked for when it is committed.
/// Order: servers that left are removed; those that came, came back with another disk, or moved are taken up (as
/// non-voters); stable non-voters get a vote; dead ones are cleaned up, never below a quorum or `min_quorum`.
std::optional<raft::configuration_change> next_change(const autopilot_input& in, const autopilot_state& state);
/// Only whether a non-voter has been stable for long enough to get a vote.
std::optional<raft::configuration_change> next_promotion(const autopilot_input& in, const autopilot_state& state);

} // namespace praetor
