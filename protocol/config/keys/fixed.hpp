#pragma once

#include <cstdint>

#include "protocol/config/key_row.hpp"
#include "protocol/config/keys/cluster.hpp"

namespace praetor::config {

/// The members of `runtime_config` that the keys below set.
struct fixed_section {
  nanoseconds ae_interval{0};
  nanoseconds check_deregister_interval_min{0}; ///< the minimal deregister_critical_service_after
  nanoseconds check_reap_interval{0};
  nanoseconds sync_coordinate_interval_min{0};
  double sync_coordinate_rate_target = 64;
  std::int64_t coordinate_update_batch_size = 128, coordinate_update_max_batches = 5;
  nanoseconds coordinate_update_period{0};
  nanoseconds server_health_interval{0};
  bool operator==(const fixed_section&) const = default;
};

} // namespace praetor::config

namespace praetor::config::keys {

/// Keys that are accepted but can't be changed.
template <class Config>
inline constexpr key_row unchangeable[] = {
    {.path = "ae_interval",
     .kind = k::duration,
     .traits = fixed,
     .initial = "1m",
     .member = at<&Config::ae_interval>,
     .shown = "AEInterval",
     .doc = "Time between full synchronizations with the catalog."},
    {.path = "check_deregister_interval_min",
     .kind = k::duration,
     .traits = fixed,
     .initial = "1m",
     .member = at<&Config::check_deregister_interval_min>,
     .shown = "CheckDeregisterIntervalMin",
     .doc = "Minimum `deregister_critical_service_after` of a check."},
    {.path = "check_reap_interval",
     .kind = k::duration,
     .traits = fixed,
     .initial = "30s",
     .member = at<&Config::check_reap_interval>,
     .shown = "CheckReapInterval",
     .doc = "Interval of the search for services to deregister."},
    {.path = "sync_coordinate_interval_min",
     .kind = k::duration,
     .traits = fixed,
     .initial = "15s",
     .member = at<&Config::sync_coordinate_interval_min>,
     .shown = "SyncCoordinateIntervalMin",
     .doc = "Minimum time between reports of a node's coordinate."},
    {.path = "sync_coordinate_rate_target",
     .kind = k::number,
     .traits = fixed,
     .initial = "64",
     .member = at<&Config::sync_coordinate_rate_target>,
     .shown = "SyncCoordinateRateTarget",
     .doc = "Reports of coordinates a second in the whole cluster."},
    {.path = "consul", .kind = k::block, .traits = fixed, .doc = "Internal times."},
    {.path = "consul.coordinate", .kind = k::block, .doc = "Writes of coordinates."},
    {.path = "consul.coordinate.update_batch_size",
     .kind = k::integer,
     .traits = fixed,
     .initial = "128",
     .member = at<&Config::coordinate_update_batch_size>,
     .shown = "ConsulCoordinateUpdateBatchSize",
     .doc = "Coordinates in one log entry."},
    {.path = "consul.coordinate.update_max_batches",
     .kind = k::integer,
     .traits = fixed,
     .initial = "5",
     .member = at<&Config::coordinate_update_max_batches>,
     .shown = "ConsulCoordinateUpdateMaxBatches",
     .doc = "Such entries at once."},
    {.path = "consul.coordinate.update_period",
     .kind = k::duration,
     .traits = fixed,
     .initial = "5s",
     .in_dev_mode = "100ms",
     .member = at<&Config::coordinate_update_period>,
     .shown = "ConsulCoordinateUpdatePeriod",
     .doc = "Time between such entries."},
    {.path = "consul.raft", .kind = k::block, .doc = "Times of elections."},
    {.path = "consul.raft.election_timeout",
     .kind = k::duration,
     .traits = fixed,
     .initial = "1000ms",
     .in_dev_mode = "52ms",
     .computed = "times `performance.raft_multiplier`",
     .member = at<&Config::raft, &raft_settings::election_timeout>,
     .shown = "ConsulRaftElectionTimeout",
     .doc = "Time without a leader that starts an election, before it is multiplied."},
    {.path = "consul.raft.heartbeat_timeout",
     .kind = k::duration,
     .traits = fixed,
     .initial = "1000ms",
     .in_dev_mode = "35ms",
     .computed = "times `performance.raft_multiplier`",
     .member = at<&Config::raft, &raft_settings::heartbeat_timeout>,
     .shown = "ConsulRaftHeartbeatTimeout",
     .doc = "Time without a heartbeat that makes a follower a candidate, before it is multiplied."},
    {.path = "consul.raft.leader_lease_timeout",
     .kind = k::duration,
     .traits = fixed,
     .initial = "500ms",
     .in_dev_mode = "20ms",
     .computed = "times `performance.raft_multiplier`",
     .member = at<&Config::raft, &raft_settings::leader_lease_timeout>,
     .shown = "ConsulRaftLeaderLeaseTimeout",
     .doc = "Time without a quorum that ends a leadership, before it is multiplied."},
    {.path = "consul.server", .kind = k::block, .doc = "Health of servers."},
    {.path = "consul.server.health_interval",
     .kind = k::duration,
     .traits = fixed,
     .initial = "2s",
     .in_dev_mode = "10ms",
     .member = at<&Config::server_health_interval>,
     .shown = "ConsulServerHealthInterval",
     .doc = "Time between looks at the health of servers."},
    {.path = "connect.test_ca_leaf_root_change_spread",
     .kind = k::text,
     .traits = fixed,
     .initial = "0s",
     .doc = "For tests of another program."},
    {.path = "peering.test_allow_peer_registrations",
     .kind = k::boolean,
     .traits = fixed,
     .initial = "false",
     .doc = "For tests of another program."},
    {.path = "segment_name_limit",
     .kind = k::integer,
     .traits = fixed,
     .initial = "64",
     .doc = "Longest name of a network segment."},
    {.path = "build_date", .kind = k::any_map, .traits = fixed, .doc = "Set by the build."},
    {.path = "revision", .kind = k::text, .traits = fixed, .doc = "Set by the build."},
    {.path = "version", .kind = k::text, .traits = fixed, .doc = "Set by the build."},
    {.path = "version_prerelease", .kind = k::text, .traits = fixed, .doc = "Set by the build."},
    {.path = "version_metadata", .kind = k::text, .traits = fixed, .doc = "Set by the build."},
    {.path = "license_poll_base_time", .kind = k::text, .traits = fixed, .doc = "Of the other edition."},
    {.path = "license_poll_max_time", .kind = k::text, .traits = fixed, .doc = "Of the other edition."},
    {.path = "license_update_base_time", .kind = k::text, .traits = fixed, .doc = "Of the other edition."},
    {.path = "license_update_max_time", .kind = k::text, .traits = fixed, .doc = "Of the other edition."},
};

} // namespace praetor::config::keys
