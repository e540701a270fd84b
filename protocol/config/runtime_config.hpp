#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "protocol/types/definitions.hpp"
#include "protocol/types/values.hpp"

namespace praetor::config {

/// An address to listen on or to advertise: an IP address with a port, or the path of a Unix socket.
struct endpoint {
  std::string host; ///< IP address in text form; empty for a Unix socket
  std::int64_t port = 0;
  std::string path; ///< of a Unix socket, otherwise empty

  bool is_unix() const { return !path.empty(); }
  bool is_set() const { return is_unix() || !host.empty(); }
  /// "127.0.0.1:8500", "[::1]:8500" or the path.
  std::string text() const;
  bool operator==(const endpoint&) const = default;
};

/// Configured ports; -1 means off.
struct port_numbers {
  std::int64_t dns = -1, http = -1, https = -1, grpc = -1, grpc_tls = -1;
  std::int64_t server = 8300, serf_lan = 8301, serf_wan = -1;
  std::int64_t proxy_min = 0, proxy_max = 0;
  std::int64_t sidecar_min = 0, sidecar_max = 0;
  std::int64_t expose_min = 0, expose_max = 0;
  bool operator==(const port_numbers&) const = default;
};

struct gossip_settings {
  std::int64_t gossip_nodes = 3;
  nanoseconds gossip_interval{0};
  nanoseconds probe_interval{0};
  nanoseconds probe_timeout{0};
  std::int64_t suspicion_mult = 0;
  std::int64_t retransmit_mult = 0;
  bool operator==(const gossip_settings&) const = default;
};

struct dns_soa {
  std::uint32_t refresh = 3600, retry = 600, expire = 86400, min_ttl = 0;
  bool operator==(const dns_soa&) const = default;
};

struct dns_settings {
  bool allow_stale = true;
  nanoseconds max_stale{0};
  nanoseconds node_ttl{0};
  std::map<std::string, nanoseconds> service_ttl; ///< exact names, or prefixes that end with '*'
  bool only_passing = false;
  std::int64_t a_record_limit = 0;
  std::int64_t udp_answer_limit = 3;
  bool enable_truncate = false;
  bool disable_compression = false;
  nanoseconds recursor_timeout{0};
  std::string recursor_strategy; ///< "sequential" or "random"
  bool node_meta_txt = true;
  bool use_cache = false;
  nanoseconds cache_max_age{0};
  dns_soa soa;
  bool operator==(const dns_settings&) const = default;
};

struct http_settings {
  string_list block_endpoints;
  string_list allow_write_http_from; ///< CIDRs in canonical form
  string_map response_headers;
  bool use_cache = true;
  std::int64_t max_header_bytes = 0; ///< 0 means 1 MiB
  std::int64_t max_conns_per_client = 200;
  nanoseconds https_handshake_timeout{0};
  bool operator==(const http_settings&) const = default;
};

struct acl_settings {
  bool enabled = false;
  std::string default_policy = "allow";
  std::string down_policy = "extend-cache";
  nanoseconds token_ttl{0}, policy_ttl{0}, role_ttl{0};
  bool enable_key_list_policy = false;
  bool enable_token_replication = false;
  bool enable_token_persistence = false;
  std::string initial_management;
  std::string default_token, agent_token, agent_recovery_token, replication_token;
  std::string config_file_service_registration_token, dns_token;
  bool operator==(const acl_settings&) const = default;
};

/// One stanza of `tls`, with the values inherited from tls.defaults.
struct tls_settings {
  std::string ca_file, ca_path, cert_file, key_file;
  bool verify_incoming = false;
  bool verify_outgoing = false;
  bool verify_server_hostname = false;
  std::string min_version = "TLSv1_2";
  string_list cipher_suites; ///< IANA names; empty means the library's default
  bool use_auto_cert = false;
  bool operator==(const tls_settings&) const = default;
};

struct circonus_settings {
  std::string api_app, api_token, api_url;
  std::string broker_id, broker_select_tag;
  std::string check_display_name, check_force_metric_activation, check_id, check_instance_id, check_search_tag;
  std::string check_tags, submission_interval, submission_url;
  bool operator==(const circonus_settings&) const = default;
};

struct telemetry_settings {
  bool disable = false;
  std::string metrics_prefix = "consul";
  string_list allowed_prefixes, blocked_prefixes;
  bool filter_default = true;
  bool disable_hostname = false;
  nanoseconds prometheus_retention_time{0};
  bool enable_host_metrics = false;
  bool disable_per_tenancy_usage_metrics = false;
  bool retry_failed_connection = true;
  std::string statsd_address, statsite_address, dogstatsd_addr;
  string_list dogstatsd_tags;
  circonus_settings circonus;
  bool operator==(const telemetry_settings&) const = default;
};

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

/// The initial autopilot configuration, written at the first bootstrap.
struct autopilot_settings {
  bool cleanup_dead_servers = true;
  nanoseconds last_contact_threshold{0};
  std::uint64_t max_trailing_logs = 250;
  std::uint64_t min_quorum = 0;
  nanoseconds server_stabilization_time{0};
  bool operator==(const autopilot_settings&) const = default;
};

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

struct connect_settings {
  bool enabled = true;
  std::string ca_provider; ///< "" means consul
  free_form ca_config;     ///< names in CamelCase
  bool mesh_gateway_wan_federation = false;
  bool operator==(const connect_settings&) const = default;
};

struct auto_encrypt_settings {
  bool tls = false;
  bool allow_tls = false;
  string_list dns_san, ip_san;
  bool operator==(const auto_encrypt_settings&) const = default;
};

struct auto_config_settings {
  bool enabled = false;
  std::string intro_token, intro_token_file;
  string_list server_addresses, dns_sans, ip_sans;
  bool authorization_enabled = false;
  free_form authorization_static;
  bool operator==(const auto_config_settings&) const = default;
};

struct ui_settings {
  bool enabled = false;
  std::string dir;
  std::string content_path = "/ui/";
  std::string metrics_provider;
  string_list metrics_provider_files;
  std::string metrics_provider_options_json;
  std::string metrics_proxy_base_url;
  std::vector<std::pair<std::string, std::string>> metrics_proxy_add_headers;
  string_list metrics_proxy_path_allowlist;
  string_map dashboard_url_templates;
  bool operator==(const ui_settings&) const = default;
};

struct cloud_settings {
  std::string resource_id, client_id, client_secret, hostname, auth_url, scada_address;
  bool operator==(const cloud_settings&) const = default;
};

struct log_settings {
  std::string level = "INFO";
  bool json = false;
  std::string file;
  nanoseconds rotate_duration{0};
  std::int64_t rotate_bytes = 0;
  std::int64_t rotate_max_files = 0;
  bool syslog = false;
  std::string syslog_facility = "LOCAL0";
  bool operator==(const log_settings&) const = default;
};

/// The agent's whole configuration, validated and converted. A plain value: comparing two of them shows what a reload
/// changes.
struct runtime_config {
  // Identity and role
  bool dev_mode = false;
  bool server = false;
  bool bootstrap = false;
  std::int64_t bootstrap_expect = 0;
  std::string datacenter;
  std::string primary_datacenter;
  std::string data_dir;
  std::string node_name;
  std::string node_id; ///< as given; empty means that the agent generates one
  string_map node_meta;
  bool disable_host_node_id = true;
  std::optional<praetor::locality> locality;
  string_map tagged_addresses;
  bool translate_wan_addrs = false;

  // Addresses
  std::string bind_addr;
  string_list client_addrs;
  std::string advertise_addr_lan, advertise_addr_wan;
  endpoint rpc_bind, rpc_advertise;
  endpoint serf_bind_lan, serf_bind_wan;           ///< `serf_bind_wan` is unset when WAN federation is off
  endpoint serf_advertise_lan, serf_advertise_wan; ///< as above
  string_list serf_lan_allowed_cidrs, serf_wan_allowed_cidrs;
  std::vector<endpoint> dns_addrs, http_addrs, https_addrs, grpc_addrs, grpc_tls_addrs;
  port_numbers ports;
  std::string unix_socket_user, unix_socket_group, unix_socket_mode;

  // DNS
  std::string dns_domain = "consul.";
  std::string dns_alt_domain;
  string_list dns_recursors; ///< address:port
  dns_settings dns;

  // HTTP
  http_settings http;
  std::uint64_t kv_max_value_size = 512 * 1024;
  std::uint64_t txn_max_req_len = 512 * 1024;
  nanoseconds default_query_time{0}, max_query_time{0};
  nanoseconds session_ttl_min{0};
  bool enable_debug = false;
  ui_settings ui;

  // Logging and the process
  log_settings log;
  std::string pid_file;
  bool leave_on_terminate = false;
  bool skip_leave_on_interrupt = false;
  bool auto_reload_config = false;
  string_list experiments;
  telemetry_settings telemetry;

  // Services and checks
  std::vector<service_definition> services;
  std::vector<check_definition> checks;
  std::vector<free_form> watches;
  bool enable_script_checks = false;
  bool enable_local_script_checks = false;
  bool enable_agent_tls_for_checks = false;
  bool enable_central_service_config = true;
  bool discard_check_output = false;
  std::int64_t check_output_max_size = 4096;
  nanoseconds check_update_interval{0};
  nanoseconds check_deregister_interval_min{0}; ///< the minimal deregister_critical_service_after
  nanoseconds check_reap_interval{0};
  nanoseconds ae_interval{0};

  // Cluster
  string_list retry_join_lan, retry_join_wan;
  nanoseconds retry_interval_lan{0}, retry_interval_wan{0};
  std::int64_t retry_max_lan = 0, retry_max_wan = 0;
  bool rejoin_after_leave = false;
  nanoseconds reconnect_timeout_lan{0}, reconnect_timeout_wan{0}; ///< 0 means 72h
  nanoseconds advertise_reconnect_timeout{0};
  nanoseconds server_rejoin_age_max{0};
  string_list primary_gateways;
  nanoseconds primary_gateways_interval{0};
  std::string encrypt_key; ///< base64
  bool encrypt_verify_incoming = true, encrypt_verify_outgoing = true;
  bool disable_keyring_file = false;
  std::int64_t rpc_protocol = 2;
  gossip_settings gossip_lan, gossip_wan;
  raft_settings raft;
  autopilot_settings autopilot;
  nanoseconds leave_drain_time{0};
  nanoseconds rpc_hold_timeout{0};
  nanoseconds grpc_keepalive_interval{0}, grpc_keepalive_timeout{0};
  rpc_limits rpc;
  bool rpc_enable_streaming = false;
  bool use_streaming_backend = true;
  bool disable_coordinates = false;
  nanoseconds sync_coordinate_interval_min{0};
  double sync_coordinate_rate_target = 64;
  std::int64_t coordinate_update_batch_size = 128, coordinate_update_max_batches = 5;
  nanoseconds coordinate_update_period{0};
  nanoseconds server_health_interval{0};
  bool disable_remote_exec = true;
  bool disable_update_check = false;
  bool disable_anonymous_signature = false;
  bool disable_http_unprintable_char_filter = false;
  nanoseconds discovery_max_stale{0};
  std::string default_intention_policy;
  std::string server_name;

  // Security and mesh
  acl_settings acl;
  tls_settings tls_internal_rpc, tls_https, tls_grpc;
  connect_settings connect;
  auto_encrypt_settings auto_encrypt;
  auto_config_settings auto_config;
  bool peering_enabled = true;
  double cache_entry_fetch_rate = 0; ///< negative means unlimited
  std::int64_t cache_entry_fetch_max_burst = 2;
  double xds_update_max_per_second = 250;
  std::vector<free_form> config_entries_bootstrap;
  cloud_settings cloud;

  bool operator==(const runtime_config&) const = default;
};

} // namespace praetor::config
