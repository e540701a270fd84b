#pragma once

#include <cstdint>
#include <string>

#include "protocol/config/key_row.hpp"

namespace praetor::config {

struct raft_settings {
  std::int64_t protocol = 3;
  std::int64_t multiplier = 5;
  nanoseconds election_timeout{0};     ///< already multiplied by raft_multiplier
  nanoseconds heartbeat_timeout{0};    ///< already multiplied by raft_multiplier
  nanoseconds leader_lease_timeout{0}; ///< already multiplied by raft_multiplier
  std::int64_t snapshot_threshold = 16384;
  nanoseconds snapshot_interval{0};
  std::int64_t trailing_logs = 10240;
  std::string log_backend = "default";
  std::int64_t wal_segment_size_mb = 64;
  bool operator==(const raft_settings&) const = default;
};

/// The members of `runtime_config` that the keys below set.
struct cluster_section {
  string_list retry_join_lan, retry_join_wan;
  std::int64_t retry_max_lan = 0, retry_max_wan = 0;
  bool rejoin_after_leave = false;
  std::string encrypt_key; ///< base64
  bool encrypt_verify_incoming = true, encrypt_verify_outgoing = true;
  bool disable_keyring_file = false;
  std::int64_t rpc_protocol = 2;
  bool disable_coordinates = false;
  bool rpc_enable_streaming = false;
  raft_settings raft;
  bool operator==(const cluster_section&) const = default;
};

} // namespace praetor::config

namespace praetor::config::keys {

/// Membership, gossip encryption, Raft.
template <class Config>
inline constexpr key_row cluster[] = {
    {.path = "retry_join",
     .kind = k::text_list,
     .member = at<&Config::retry_join_lan>,
     .shown = "RetryJoinLAN",
     .flag = "retry-join",
     .doc = "Address of a member to join, retried until it succeeds; may be given several times."},
    {.path = "retry_join_wan",
     .kind = k::text_list,
     .member = at<&Config::retry_join_wan>,
     .shown = "RetryJoinWAN",
     .flag = "retry-join-wan",
     .doc = "Address of a server of another datacenter to join; may be given several times."},
    {.path = "retry_max",
     .kind = k::integer,
     .member = at<&Config::retry_max_lan>,
     .shown = "RetryJoinMaxAttemptsLAN",
     .flag = "retry-max",
     .doc = "Attempts to join, one an interval, before the agent gives up; 0 means no limit."},
    {.path = "retry_max_wan",
     .kind = k::integer,
     .member = at<&Config::retry_max_wan>,
     .shown = "RetryJoinMaxAttemptsWAN",
     .flag = "retry-max-wan",
     .doc = "The same for joining over the WAN."},
    {.path = "rejoin_after_leave",
     .kind = k::boolean,
     .member = at<&Config::rejoin_after_leave>,
     .shown = "RejoinAfterLeave",
     .flag = "rejoin",
     .doc = "Rejoin the members known before, even after a leave."},
    {.path = "encrypt",
     .kind = k::text,
     .traits = secret,
     .member = at<&Config::encrypt_key>,
     .shown = "EncryptKey",
     .flag = "encrypt",
     .doc = "Gossip key in base64."},
    {.path = "encrypt_verify_incoming",
     .kind = k::boolean,
     .traits = reloadable,
     .initial = "true",
     .member = at<&Config::encrypt_verify_incoming>,
     .shown = "StaticRuntimeConfig.EncryptVerifyIncoming",
     .doc = "Reject gossip that is not encrypted."},
    {.path = "encrypt_verify_outgoing",
     .kind = k::boolean,
     .traits = reloadable,
     .initial = "true",
     .member = at<&Config::encrypt_verify_outgoing>,
     .shown = "StaticRuntimeConfig.EncryptVerifyOutgoing",
     .doc = "Encrypt outgoing gossip."},
    {.path = "disable_keyring_file",
     .kind = k::boolean,
     .in_dev_mode = "true",
     .member = at<&Config::disable_keyring_file>,
     .shown = "DisableKeyringFile",
     .flag = "disable-keyring-file",
     .doc = "Keep the gossip key ring in memory only."},
    {.path = "protocol",
     .kind = k::integer,
     .initial = "2",
     .member = at<&Config::rpc_protocol>,
     .shown = "RPCProtocol",
     .flag = "protocol",
     .doc = "Protocol version to speak."},
    {.path = "disable_coordinates",
     .kind = k::boolean,
     .initial = "false",
     .member = at<&Config::disable_coordinates>,
     .shown = "DisableCoordinates",
     .doc = "Do not measure the distances between nodes."},
    {.path = "rpc.enable_streaming",
     .kind = k::boolean,
     .computed = "true on servers",
     .member = at<&Config::rpc_enable_streaming>,
     .shown = "RPCConfig.EnableStreaming",
     .doc = "Let a server stream changes to agents."},
    {.path = "raft_protocol",
     .kind = k::integer,
     .initial = "3",
     .member = at<&Config::raft, &raft_settings::protocol>,
     .shown = "RaftProtocol",
     .flag = "raft-protocol",
     .doc = "Raft protocol version to speak."},
    {.path = "raft_snapshot_threshold",
     .kind = k::integer,
     .traits = reloadable,
     .initial = "16384",
     .member = at<&Config::raft, &raft_settings::snapshot_threshold>,
     .shown = "RaftSnapshotThreshold",
     .doc = "Number of log entries since the last snapshot after which a new one is taken."},
    {.path = "raft_trailing_logs",
     .kind = k::integer,
     .traits = reloadable,
     .initial = "10240",
     .member = at<&Config::raft, &raft_settings::trailing_logs>,
     .shown = "RaftTrailingLogs",
     .doc = "Number of log entries to keep after a snapshot."},
    {.path = "raft_logstore.backend",
     .kind = k::text,
     .traits = no_effect,
     .initial = "default",
     .member = at<&Config::raft, &raft_settings::log_backend>,
     .shown = "RaftLogStoreConfig.Backend",
     .satisfied_by = "default",
     .doc = "Kind of the log's file."},
    {.path = "raft_logstore.disable_log_cache", .kind = k::boolean, .doc = "Do not keep the newest entries in memory."},
    {.path = "raft_logstore.verification.enabled",
     .kind = k::boolean,
     .doc = "Compare checksums of the log between servers."},
    {.path = "raft_logstore.boltdb.no_freelist_sync",
     .kind = k::boolean,
     .doc = "Do not write the list of free pages."},
    {.path = "raft_logstore.wal.segment_size_mb",
     .kind = k::integer,
     .initial = "64",
     .member = at<&Config::raft, &raft_settings::wal_segment_size_mb>,
     .doc = "Size of a segment in MiB."},
};

} // namespace praetor::config::keys
