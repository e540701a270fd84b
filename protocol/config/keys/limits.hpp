#pragma once

#include <cstdint>
#include <string>

#include "protocol/config/key_row.hpp"
#include "protocol/config/keys/cluster.hpp"
#include "protocol/config/keys/http.hpp"
#include "protocol/config/keys/identity.hpp"

namespace praetor::config {

struct rpc_limits {
  nanoseconds handshake_timeout{0};
  nanoseconds client_timeout{0};
  std::int64_t max_conns_per_client = 100;
  double rate = -1; ///< negative means unlimited
  std::int64_t max_burst = 1000;
  std::string request_mode = "disabled";
  double request_read_rate = -1, request_write_rate = -1;
  bool operator==(const rpc_limits&) const = default;
};

/// The members of `runtime_config` that the keys below set.
struct limit_section {
  nanoseconds advertise_reconnect_timeout{0};
  nanoseconds check_update_interval{0};
  nanoseconds default_query_time{0}, max_query_time{0};
  nanoseconds discovery_max_stale{0};
  nanoseconds grpc_keepalive_interval{0}, grpc_keepalive_timeout{0};
  nanoseconds leave_drain_time{0};
  nanoseconds primary_gateways_interval{0};
  nanoseconds rpc_hold_timeout{0};
  rpc_limits rpc;
  nanoseconds reconnect_timeout_lan{0}, reconnect_timeout_wan{0}; ///< 0 means 72h
  nanoseconds retry_interval_lan{0}, retry_interval_wan{0};
  nanoseconds server_rejoin_age_max{0};
  nanoseconds session_ttl_min{0};
  std::uint64_t kv_max_value_size = 512 * 1024;
  std::uint64_t txn_max_req_len = 512 * 1024;
  bool operator==(const limit_section&) const = default;
};

} // namespace praetor::config

namespace praetor::config::keys {

/// Limits and times, in the order in which errors in them are reported.
template <class Config>
inline constexpr key_row limits[] = {
    {.path = "advertise_reconnect_timeout",
     .kind = k::duration,
     .member = at<&Config::advertise_reconnect_timeout>,
     .shown = "AdvertiseReconnectTimeout",
     .doc = "How long the others are to remember this client agent after it failed; 0 means as long as they remember "
            "any."},
    {.path = "check_update_interval",
     .kind = k::duration,
     .traits = reloadable,
     .initial = "5m",
     .member = at<&Config::check_update_interval>,
     .shown = "CheckUpdateInterval",
     .doc = "How long a change of only a check's output is delayed."},
    {.path = "default_query_time",
     .kind = k::duration,
     .traits = reloadable,
     .initial = "300s",
     .member = at<&Config::default_query_time>,
     .shown = "DefaultQueryTime",
     .flag = "default-query-time",
     .doc = "Default wait of a blocking query."},
    {.path = "discovery_max_stale",
     .kind = k::duration,
     .traits = reloadable,
     .member = at<&Config::discovery_max_stale>,
     .shown = "DiscoveryMaxStale",
     .doc =
         "How far a server that answers discovery queries may be behind the leader; 0 means that the leader answers."},
    {.path = "performance.grpc_keepalive_interval",
     .kind = k::duration,
     .traits = no_effect,
     .initial = "30s",
     .member = at<&Config::grpc_keepalive_interval>,
     .shown = "GRPCKeepaliveInterval",
     .least = "1s",
     .doc = "Interval of keep-alive messages on gRPC connections."},
    {.path = "performance.grpc_keepalive_timeout",
     .kind = k::duration,
     .traits = no_effect,
     .initial = "20s",
     .member = at<&Config::grpc_keepalive_timeout>,
     .shown = "GRPCKeepaliveTimeout",
     .least = "1s",
     .doc = "Timeout of their answers."},
    {.path = "limits.https_handshake_timeout",
     .kind = k::duration,
     .traits = reloadable,
     .initial = "5s",
     .member = at<&Config::http, &http_settings::https_handshake_timeout>,
     .shown = "HTTPSHandshakeTimeout",
     .doc = "Timeout of a client's TLS handshake."},
    {.path = "performance.leave_drain_time",
     .kind = k::duration,
     .initial = "5s",
     .member = at<&Config::leave_drain_time>,
     .shown = "LeaveDrainTime",
     .doc = "How long a leaving server still answers."},
    {.path = "log_rotate_duration",
     .kind = k::duration,
     .computed = "24h with `log_file`",
     .member = at<&Config::log, &log_settings::rotate_duration>,
     .shown = "Logging.LogRotateDuration",
     .flag = "log-rotate-duration",
     .doc = "Age at which the log file is rotated."},
    {.path = "max_query_time",
     .kind = k::duration,
     .traits = reloadable,
     .initial = "600s",
     .member = at<&Config::max_query_time>,
     .shown = "MaxQueryTime",
     .flag = "max-query-time",
     .doc = "Maximum wait of a blocking query."},
    {.path = "primary_gateways_interval",
     .kind = k::duration,
     .traits = no_effect,
     .initial = "30s",
     .member = at<&Config::primary_gateways_interval>,
     .shown = "PrimaryGatewaysInterval",
     .doc = "Time between attempts to reach the gateways of `primary_gateways`."},
    {.path = "limits.rpc_handshake_timeout",
     .kind = k::duration,
     .traits = reloadable,
     .initial = "5s",
     .member = at<&Config::rpc, &rpc_limits::handshake_timeout>,
     .shown = "RPCHandshakeTimeout",
     .doc = "Time for a peer to identify itself."},
    {.path = "performance.rpc_hold_timeout",
     .kind = k::duration,
     .initial = "7s",
     .member = at<&Config::rpc_hold_timeout>,
     .shown = "RPCHoldTimeout",
     .doc = "How long a request waits for a leader."},
    {.path = "limits.rpc_client_timeout",
     .kind = k::duration,
     .traits = reloadable,
     .initial = "60s",
     .member = at<&Config::rpc, &rpc_limits::client_timeout>,
     .shown = "RPCClientTimeout",
     .doc = "Timeout of a request to a server."},
    {.path = "raft_snapshot_interval",
     .kind = k::duration,
     .traits = reloadable,
     .initial = "30s",
     .member = at<&Config::raft, &raft_settings::snapshot_interval>,
     .shown = "RaftSnapshotInterval",
     .doc = "Interval of the check whether a snapshot is due."},
    {.path = "raft_logstore.verification.interval",
     .kind = k::duration,
     .doc = "Time between comparisons of checksums."},
    {.path = "reconnect_timeout",
     .kind = k::duration,
     .member = at<&Config::reconnect_timeout_lan>,
     .shown = "ReconnectTimeoutLAN",
     .doc = "How long a failed member is remembered; 0 means 72 hours."},
    {.path = "reconnect_timeout_wan",
     .kind = k::duration,
     .member = at<&Config::reconnect_timeout_wan>,
     .shown = "ReconnectTimeoutWAN",
     .doc = "How long a failed server of the WAN is remembered; 0 means 72 hours."},
    {.path = "limits.request_limits.mode",
     .kind = k::text,
     .traits = no_effect,
     .initial = "disabled",
     .member = at<&Config::rpc, &rpc_limits::request_mode>,
     .satisfied_by = "disabled",
     .choice = {"mode", {"disabled", "permissive", "enforcing"}},
     .doc = "Treatment of requests above the limit: `disabled`, `permissive`, `enforcing`."},
    {.path = "limits.request_limits.read_rate",
     .kind = k::number,
     .initial = "-1",
     .member = at<&Config::rpc, &rpc_limits::request_read_rate>,
     .doc = "Maximum reads per second; negative means unlimited."},
    {.path = "limits.request_limits.write_rate",
     .kind = k::number,
     .initial = "-1",
     .member = at<&Config::rpc, &rpc_limits::request_write_rate>,
     .doc = "Maximum writes per second; negative means unlimited."},
    {.path = "retry_interval",
     .kind = k::duration,
     .initial = "30s",
     .member = at<&Config::retry_interval_lan>,
     .shown = "RetryJoinIntervalLAN",
     .flag = "retry-interval",
     .doc = "Time between attempts to join, after shorter ones at the start."},
    {.path = "retry_interval_wan",
     .kind = k::duration,
     .initial = "30s",
     .member = at<&Config::retry_interval_wan>,
     .shown = "RetryJoinIntervalWAN",
     .flag = "retry-interval-wan",
     .doc = "Time between attempts to join over the WAN."},
    {.path = "server_rejoin_age_max",
     .kind = k::duration,
     .traits = no_effect,
     .initial = "168h",
     .member = at<&Config::server_rejoin_age_max>,
     .shown = "ServerRejoinAgeMax",
     .least = "6h",
     .doc = "Maximum absence after which a server may rejoin."},
    {.path = "session_ttl_min",
     .kind = k::duration,
     .traits = reloadable,
     .member = at<&Config::session_ttl_min>,
     .shown = "SessionTTLMin",
     .doc = "Minimum TTL of a session; 0 means 10 seconds."},
    {.path = "performance.raft_multiplier",
     .kind = k::integer,
     .initial = "5",
     .in_dev_mode = "1",
     .member = at<&Config::raft, &raft_settings::multiplier>,
     .doc = "Multiplies the times of elections, 1 to 10."},
    {.path = "limits.http_max_conns_per_client",
     .kind = k::integer,
     .traits = reloadable,
     .initial = "200",
     .member = at<&Config::http, &http_settings::max_conns_per_client>,
     .shown = "HTTPMaxConnsPerClient",
     .doc = "Maximum number of HTTP and HTTPS connections per address."},
    {.path = "limits.kv_max_value_size",
     .kind = k::unsigned_64,
     .traits = reloadable,
     .initial = "524288",
     .member = at<&Config::kv_max_value_size>,
     .shown = "KVMaxValueSize",
     .doc = "Maximum bytes of a value in the key-value store."},
    {.path = "limits.txn_max_req_len",
     .kind = k::unsigned_64,
     .traits = reloadable,
     .initial = "524288",
     .member = at<&Config::txn_max_req_len>,
     .shown = "TxnMaxReqLen",
     .doc = "Maximum bytes of a transaction."},
    {.path = "limits.rpc_max_conns_per_client",
     .kind = k::integer,
     .traits = reloadable,
     .initial = "100",
     .member = at<&Config::rpc, &rpc_limits::max_conns_per_client>,
     .shown = "RPCMaxConnsPerClient",
     .doc = "Maximum number of connections per peer to the server port."},
    {.path = "limits.rpc_rate",
     .kind = k::number,
     .traits = no_effect,
     .initial = "-1",
     .member = at<&Config::rpc, &rpc_limits::rate>,
     .doc = "Requests to servers a second; negative means unlimited."},
    {.path = "limits.rpc_max_burst",
     .kind = k::integer,
     .traits = no_effect,
     .initial = "1000",
     .member = at<&Config::rpc, &rpc_limits::max_burst>,
     .shown = "RPCMaxBurst",
     .doc = "Requests to servers at once."},
};

} // namespace praetor::config::keys
