#pragma once

#include <cstdint>

#include "protocol/config/key_row.hpp"

namespace praetor::config {

/// The initial autopilot configuration, written at the first bootstrap.
struct autopilot_settings {
  bool cleanup_dead_servers = true;
  nanoseconds last_contact_threshold{0};
  std::uint64_t max_trailing_logs = 250;
  std::uint64_t min_quorum = 0;
  nanoseconds server_stabilization_time{0};
  bool operator==(const autopilot_settings&) const = default;
};

/// The members of `runtime_config` that the keys below set.
struct autopilot_section {
  autopilot_settings autopilot;
  bool operator==(const autopilot_section&) const = default;
};

} // namespace praetor::config

namespace praetor::config::keys {

/// The initial autopilot configuration of a new cluster.
template <class Config>
inline constexpr key_row autopilot[] = {
    {.path = "autopilot.cleanup_dead_servers",
     .kind = k::boolean,
     .initial = "true",
     .member = at<&Config::autopilot, &autopilot_settings::cleanup_dead_servers>,
     .shown = "AutopilotCleanupDeadServers",
     .doc = "Remove failed servers if enough others remain."},
    {.path = "autopilot.last_contact_threshold",
     .kind = k::duration,
     .initial = "200ms",
     .member = at<&Config::autopilot, &autopilot_settings::last_contact_threshold>,
     .shown = "AutopilotLastContactThreshold",
     .doc = "A server without contact to the leader for longer is unhealthy."},
    {.path = "autopilot.max_trailing_logs",
     .kind = k::integer,
     .initial = "250",
     .member = at<&Config::autopilot, &autopilot_settings::max_trailing_logs>,
     .shown = "AutopilotMaxTrailingLogs",
     .doc = "A server that lacks more log entries is unhealthy."},
    {.path = "autopilot.min_quorum",
     .kind = k::unsigned_integer,
     .member = at<&Config::autopilot, &autopilot_settings::min_quorum>,
     .shown = "AutopilotMinQuorum",
     .doc = "Minimum number of servers that remain."},
    {.path = "autopilot.server_stabilization_time",
     .kind = k::duration,
     .initial = "10s",
     .member = at<&Config::autopilot, &autopilot_settings::server_stabilization_time>,
     .shown = "AutopilotServerStabilizationTime",
     .doc = "How long a new server has to be healthy before it votes."},
};

} // namespace praetor::config::keys
