#include "protocol/config/schema_rows.hpp"

namespace praetor::config {

namespace {

using namespace schema_rows;

const fields& acl_tokens() {
  static const fields all = [] {
    fields f;
    add(f, k::text, reloadable, {"agent_recovery", "default", "agent", "config_file_service_registration", "dns"});
    add(f, k::text, plain, {"initial_management"});
    add(f, k::text, reloadable | no_effect, {"replication"});
    static const fields managed = {key("accessor_id", k::text), key("secret_id", k::text)};
    f.push_back(blocks("managed_service_provider", managed, enterprise));
    add(f, k::text, deprecated, {"master", "agent_master"});
    return f;
  }();
  return all;
}

const fields& acl() {
  static const fields all = [] {
    fields f;
    add(f, k::boolean, plain, {"enabled"});
    add(f, k::text, plain, {"token_ttl", "policy_ttl", "role_ttl", "down_policy", "default_policy"});
    add(f, k::boolean, plain, {"enable_key_list_policy", "enable_token_persistence"});
    add(f, k::boolean, no_effect, {"enable_token_replication"});
    f.push_back(block("tokens", acl_tokens(), reloadable));
    f.push_back(key("msp_disable_bootstrap", k::boolean, enterprise));
    return f;
  }();
  return all;
}

const fields& addresses() {
  static const fields all = [] {
    fields f;
    add(f, k::text, plain, {"dns", "http", "https"});
    add(f, k::text, no_effect, {"grpc", "grpc_tls"});
    return f;
  }();
  return all;
}

const fields& auto_config() {
  static const fields static_authorization = [] {
    fields f;
    add(f, k::boolean, plain, {"allow_reuse"});
    add(f, k::text_list, plain,
        {"claim_assertions", "bound_audiences", "jwt_supported_algs", "jwt_validation_pub_keys"});
    add(f, k::text_map, plain, {"claim_mappings", "list_claim_mappings"});
    add(f, k::text, plain,
        {"bound_issuer", "jwks_url", "jwks_ca_cert", "oidc_discovery_url", "oidc_discovery_ca_cert",
         "expiration_leeway", "not_before_leeway", "clock_skew_leeway"});
    return f;
  }();
  static const fields authorization = {key("enabled", k::boolean), block("static", static_authorization)};
  static const fields all = [] {
    fields f;
    add(f, k::boolean, plain, {"enabled"});
    add(f, k::text, plain, {"intro_token", "intro_token_file"});
    add(f, k::text_list, plain, {"server_addresses", "dns_sans", "ip_sans"});
    f.push_back(block("authorization", authorization));
    return f;
  }();
  return all;
}

const fields& autopilot() {
  static const fields all = [] {
    fields f;
    add(f, k::boolean, plain, {"cleanup_dead_servers"});
    add(f, k::boolean, enterprise, {"disable_upgrade_migration"});
    add(f, k::text, plain, {"last_contact_threshold", "server_stabilization_time"});
    add(f, k::integer, plain, {"max_trailing_logs"});
    add(f, k::unsigned_word, plain, {"min_quorum"});
    add(f, k::text, enterprise, {"redundancy_zone_tag", "upgrade_version_tag"});
    return f;
  }();
  return all;
}

const fields& dns() {
  static const fields soa = [] {
    fields f;
    add(f, k::unsigned_32, reloadable, {"refresh", "retry", "expire", "min_ttl"});
    return f;
  }();
  static const fields all = [] {
    fields f;
    add(f, k::boolean, reloadable, {"allow_stale"});
    add(f, k::integer, reloadable, {"a_record_limit"});
    add(f, k::boolean, reloadable, {"disable_compression", "enable_truncate"});
    add(f, k::text, reloadable, {"max_stale", "node_ttl"});
    add(f, k::boolean, reloadable, {"only_passing"});
    add(f, k::text, reloadable, {"recursor_strategy", "recursor_timeout"});
    add(f, k::text_map, reloadable, {"service_ttl"});
    add(f, k::integer, reloadable, {"udp_answer_limit"});
    add(f, k::boolean, reloadable, {"enable_additional_node_meta_txt"});
    f.push_back(block("soa", soa, reloadable | whole));
    add(f, k::boolean, no_effect, {"use_cache"});
    f.push_back(idle("cache_max_age", k::text, "0s"));
    add(f, k::boolean, enterprise, {"prefer_namespace"});
    return f;
  }();
  return all;
}

const fields& gossip() {
  static const fields all = [] {
    fields f;
    add(f, k::integer, plain, {"gossip_nodes"});
    add(f, k::text, plain, {"gossip_interval", "probe_interval", "probe_timeout"});
    add(f, k::integer, plain, {"suspicion_mult", "retransmit_mult"});
    return f;
  }();
  return all;
}

const fields& http() {
  static const fields all = [] {
    fields f;
    add(f, k::text_list, reloadable, {"block_endpoints", "allow_write_http_from"});
    add(f, k::text_map, reloadable, {"response_headers"});
    add(f, k::boolean, reloadable, {"use_cache"});
    add(f, k::integer, reloadable, {"max_header_bytes"});
    return f;
  }();
  return all;
}

const fields& limits() {
  static const fields requests = {idle("mode", k::text, "disabled"), key("read_rate", k::number),
                                  key("write_rate", k::number)};
  static const fields all = [] {
    fields f;
    add(f, k::integer, reloadable, {"http_max_conns_per_client"});
    add(f, k::text, reloadable, {"https_handshake_timeout"});
    f.push_back(block("request_limits", requests, no_effect));
    add(f, k::text, reloadable, {"rpc_client_timeout"});
    add(f, k::text, reloadable, {"rpc_handshake_timeout"});
    add(f, k::integer, no_effect, {"rpc_max_burst"});
    add(f, k::integer, reloadable, {"rpc_max_conns_per_client"});
    add(f, k::number, no_effect, {"rpc_rate"});
    add(f, k::unsigned_64, reloadable, {"kv_max_value_size", "txn_max_req_len"});
    return f;
  }();
  return all;
}

const fields& ports() {
  static const fields all = [] {
    fields f;
    add(f, k::integer, plain, {"dns", "http", "https", "serf_lan", "serf_wan", "server"});
    add(f, k::integer, no_effect,
        {"grpc", "grpc_tls", "proxy_min_port", "proxy_max_port", "sidecar_min_port", "sidecar_max_port",
         "expose_min_port", "expose_max_port"});
    return f;
  }();
  return all;
}

const fields& raft_boltdb() {
  static const fields all = {key("NoFreelistSync", k::boolean)};
  return all;
}

const fields& raft_logstore() {
  static const fields boltdb = {key("no_freelist_sync", k::boolean)};
  static const fields wal = {key("segment_size_mb", k::integer)};
  static const fields verification = {key("enabled", k::boolean), key("interval", k::text)};
  static const fields all = {idle("backend", k::text, "default"), key("disable_log_cache", k::boolean),
                             block("verification", verification), block("boltdb", boltdb), block("wal", wal)};
  return all;
}

const fields& telemetry() {
  static const fields all = [] {
    fields f;
    add(f, k::text, no_effect,
        {"circonus_api_app", "circonus_api_token", "circonus_api_url", "circonus_broker_id",
         "circonus_broker_select_tag", "circonus_check_display_name", "circonus_check_force_metric_activation",
         "circonus_check_id", "circonus_check_instance_id", "circonus_check_search_tag", "circonus_check_tags",
         "circonus_submission_interval", "circonus_submission_url"});
    add(f, k::boolean, plain, {"disable_hostname", "filter_default"});
    add(f, k::boolean, no_effect,
        {"enable_host_metrics", "disable_per_tenancy_usage_metrics", "retry_failed_connection"});
    add(f, k::text, no_effect, {"dogstatsd_addr"});
    add(f, k::text_list, no_effect, {"dogstatsd_tags"});
    add(f, k::text_list, reloadable, {"prefix_filter"});
    add(f, k::text, plain, {"metrics_prefix", "prometheus_retention_time"});
    add(f, k::text, no_effect, {"statsd_address", "statsite_address"});
    return f;
  }();
  return all;
}

/// @param outgoing what verify_outgoing is: only servers are connected to with a stanza's settings
fields tls_stanza(unsigned outgoing = reloadable) {
  fields f;
  add(f, k::text, reloadable, {"ca_file", "ca_path", "cert_file", "key_file", "tls_min_version", "tls_cipher_suites"});
  add(f, k::boolean, reloadable, {"verify_incoming"});
  add(f, k::boolean, outgoing, {"verify_outgoing"});
  add(f, k::boolean, reloadable, {"verify_server_hostname", "use_auto_cert"});
  return f;
}

const fields& tls() {
  static const fields servers = tls_stanza(), clients = tls_stanza(no_effect);
  static const fields all = {block("defaults", servers, reloadable), block("internal_rpc", servers, reloadable),
                             block("https", clients, reloadable), block("grpc", servers, no_effect)};
  return all;
}

const fields& ui() {
  static const fields header = {key("name", k::text, reloadable), key("value", k::text, reloadable)};
  static const fields proxy = {key("base_url", k::text, reloadable), blocks("add_headers", header, reloadable),
                               key("path_allowlist", k::text_list, reloadable)};
  static const fields all = {key("enabled", k::boolean),
                             key("dir", k::text),
                             key("content_path", k::text),
                             key("metrics_provider", k::text),
                             key("metrics_provider_files", k::text_list),
                             key("metrics_provider_options_json", k::text),
                             block("metrics_proxy", proxy, reloadable),
                             key("dashboard_url_templates", k::text_map)};
  return all;
}

const fields& consul_internals() {
  static const fields coordinate = {key("update_batch_size", k::integer), key("update_max_batches", k::integer),
                                    key("update_period", k::text)};
  static const fields raft = {key("election_timeout", k::text), key("heartbeat_timeout", k::text),
                              key("leader_lease_timeout", k::text)};
  static const fields server = {key("health_interval", k::text)};
  static const fields all = {block("coordinate", coordinate), block("raft", raft), block("server", server)};
  return all;
}

const fields& segment() {
  static const fields all = {key("advertise", k::text), key("bind", k::text), key("name", k::text),
                             key("port", k::integer), key("rpc_listener", k::boolean)};
  return all;
}

const fields& audit() {
  static const fields sink = [] {
    fields f;
    add(f, k::text, plain, {"type", "format", "path", "delivery_guarantee"});
    add(f, k::text, plain, {"mode", "rotate_duration"});
    add(f, k::integer, plain, {"rotate_bytes", "rotate_max_files"});
    return f;
  }();
  static const fields all = {key("enabled", k::boolean), named_blocks("sink", sink)};
  return all;
}

const fields& locality() {
  static const fields all = {key("region", k::text), key("zone", k::text)};
  return all;
}

void add_deprecated(fields& f) {
  add(f, k::text, deprecated,
      {"acl_agent_master_token", "acl_agent_token", "acl_token", "acl_master_token", "acl_replication_token",
       "acl_datacenter", "acl_default_policy", "acl_down_policy", "acl_ttl"});
  add(f, k::boolean, deprecated, {"acl_enable_key_list_policy", "enable_acl_replication"});
  add(f, k::text, deprecated, {"ca_file", "ca_path", "cert_file", "key_file", "tls_cipher_suites", "tls_min_version"});
  add(f, k::boolean, deprecated,
      {"verify_incoming", "verify_incoming_https", "verify_incoming_rpc", "verify_outgoing", "verify_server_hostname",
       "tls_prefer_server_cipher_suites"});
  add(f, k::text_list, deprecated, {"start_join", "start_join_wan"});
  f.push_back(block("raft_boltdb", raft_boltdb(), deprecated));
  add(f, k::boolean, deprecated, {"ui"});
  add(f, k::text, deprecated, {"ui_dir", "ui_content_path"});
}

void add_enterprise_and_fixed(fields& f) {
  static const fields license = {key("enabled", k::boolean)};
  static const fields reporting = {block("license", license, enterprise)};
  f.push_back(block("audit", audit(), enterprise));
  f.push_back({"read_replica", k::boolean, enterprise, "non_voting_server", nullptr, {}});
  add(f, k::text, enterprise, {"partition", "license_path"});
  f.push_back(block("reporting", reporting));
  add(f, k::any_map, no_effect, {"snapshot_agent"});
  add(f, k::any_map, fixed, {"build_date"});
  add(f, k::text, fixed, {"ae_interval", "check_deregister_interval_min", "check_reap_interval"});
  f.push_back(block("consul", consul_internals(), fixed));
  add(f, k::integer, fixed, {"segment_name_limit"});
  add(f, k::text, fixed, {"sync_coordinate_interval_min"});
  add(f, k::number, fixed, {"sync_coordinate_rate_target"});
  add(f, k::text, fixed,
      {"revision", "version", "version_prerelease", "version_metadata", "license_poll_base_time",
       "license_poll_max_time", "license_update_base_time", "license_update_max_time"});
}

fields make_schema() {
  static const fields auto_encrypt = {key("tls", k::boolean), key("dns_san", k::text_list), key("ip_san", k::text_list),
                                      key("allow_tls", k::boolean)};
  static const fields cache = {key("entry_fetch_max_burst", k::integer), key("entry_fetch_rate", k::number)};
  static const fields cloud = [] {
    fields f;
    add(f, k::text, plain, {"resource_id", "client_id", "client_secret", "hostname", "auth_url", "scada_address"});
    return f;
  }();
  static const fields config_entries = {key("bootstrap", k::any_map_list)};
  // Nothing but the root certificate is made.
  static const fields ca_config = {
      key("cluster_id", k::text),
      aliased("root_cert_ttl", "RootCertTTL", k::text),
      aliased("skip_validate", "SkipValidate", k::boolean, no_effect),
      aliased("leaf_cert_ttl", "LeafCertTTL", k::text, no_effect),
      aliased("intermediate_cert_ttl", "IntermediateCertTTL", k::text, no_effect),
      aliased("csr_max_per_second", "CSRMaxPerSecond", k::number, no_effect),
      aliased("csr_max_concurrent", "CSRMaxConcurrent", k::integer, no_effect),
      aliased("private_key_type", "PrivateKeyType", k::text, no_effect),
      aliased("private_key_bits", "PrivateKeyBits", k::integer, no_effect),
      aliased("private_key", "PrivateKey", k::text, no_effect),
      aliased("root_cert", "RootCert", k::text, no_effect),
  };
  static const fields connect = {key("enabled", k::boolean),
                                 idle("ca_provider", k::text, "consul"),
                                 {"ca_config", k::any_map, plain, {}, &ca_config, {}},
                                 key("enable_mesh_gateway_wan_federation", k::boolean, no_effect),
                                 key("test_ca_leaf_root_change_spread", k::text, fixed)};
  static const fields peering = {key("enabled", k::boolean), key("test_allow_peer_registrations", k::boolean, fixed)};
  static const fields performance = [] {
    fields f;
    add(f, k::text, plain, {"leave_drain_time"});
    add(f, k::integer, plain, {"raft_multiplier"});
    add(f, k::text, plain, {"rpc_hold_timeout"});
    add(f, k::text, no_effect, {"grpc_keepalive_interval", "grpc_keepalive_timeout"});
    return f;
  }();
  static const fields rpc = {key("enable_streaming", k::boolean)};
  static const fields unix_sockets = {key("group", k::text), key("mode", k::text), key("user", k::text)};
  static const fields xds = {key("update_max_per_second", k::number)};

  fields f;
  f.push_back(block("acl", acl()));
  f.push_back(block("addresses", addresses()));
  add(f, k::text, plain,
      {"advertise_addr", "advertise_addr_ipv4", "advertise_addr_ipv6", "advertise_addr_wan", "advertise_addr_wan_ipv4",
       "advertise_addr_wan_ipv6", "advertise_reconnect_timeout"});
  f.push_back(block("auto_config", auto_config(), no_effect));
  f.push_back(block("autopilot", autopilot()));
  add(f, k::text, plain, {"bind_addr"});
  add(f, k::boolean, plain, {"bootstrap"});
  add(f, k::integer, plain, {"bootstrap_expect"});
  f.push_back(block("cache", cache, no_effect));
  f.push_back(block("check", check_schema(), whole | reloadable));
  add(f, k::integer, reloadable, {"check_output_max_size"});
  add(f, k::text, reloadable, {"check_update_interval"});
  f.push_back(blocks("checks", check_schema(), reloadable));
  add(f, k::text, plain, {"client_addr"});
  f.push_back(block("cloud", cloud, whole | no_effect));
  f.push_back(block("config_entries", config_entries, no_effect));
  f.push_back(block("auto_encrypt", auto_encrypt, no_effect));
  f.push_back(block("connect", connect));
  f.push_back(block("dns_config", dns(), reloadable));
  add(f, k::text, reloadable, {"domain", "alt_domain"});
  add(f, k::text_list, reloadable, {"recursors"});
  add(f, k::text, plain, {"data_dir", "datacenter"});
  add(f, k::text, reloadable, {"default_query_time"});
  add(f, k::text, no_effect, {"default_intention_policy"});
  add(f, k::boolean, plain,
      {"disable_coordinates", "disable_host_node_id", "disable_http_unprintable_char_filter", "disable_keyring_file"});
  add(f, k::boolean, reloadable, {"disable_remote_exec"});
  // No release is asked for, and no signature is sent.
  for (const auto* name : {"disable_anonymous_signature", "disable_update_check"})
    f.push_back(idle(name, k::boolean, "true"));
  add(f, k::boolean, reloadable, {"discard_check_output"});
  add(f, k::text, reloadable, {"discovery_max_stale"});
  add(f, k::boolean, reloadable, {"enable_agent_tls_for_checks"});
  add(f, k::boolean, no_effect, {"enable_central_service_config"});
  add(f, k::boolean, reloadable, {"enable_debug"});
  add(f, k::boolean, reloadable, {"enable_script_checks", "enable_local_script_checks"});
  add(f, k::boolean, plain, {"enable_syslog"});
  add(f, k::text, plain, {"encrypt"});
  add(f, k::boolean, reloadable, {"encrypt_verify_incoming", "encrypt_verify_outgoing"});
  add(f, k::text_list, no_effect, {"experiments"});
  f.push_back(block("gossip_lan", gossip(), dotted_name));
  f.push_back(block("gossip_wan", gossip(), dotted_name));
  f.push_back(block("http_config", http()));
  add(f, k::boolean, plain, {"leave_on_terminate"});
  f.push_back(block("limits", limits()));
  f.push_back(block("locality", locality(), whole));
  add(f, k::text, reloadable, {"log_level"});
  add(f, k::boolean, plain, {"log_json"});
  add(f, k::text, plain, {"log_file", "log_rotate_duration"});
  add(f, k::integer, plain, {"log_rotate_bytes", "log_rotate_max_files"});
  add(f, k::text, reloadable, {"max_query_time"});
  add(f, k::text, plain, {"node_id"});
  add(f, k::text_map, reloadable, {"node_meta"});
  add(f, k::text, plain, {"node_name"});
  f.push_back(block("peering", peering, no_effect));
  f.push_back(block("performance", performance));
  add(f, k::text, plain, {"pid_file"});
  f.push_back(block("ports", ports()));
  add(f, k::text, plain, {"primary_datacenter"});
  add(f, k::text_list, no_effect, {"primary_gateways"});
  add(f, k::text, no_effect, {"primary_gateways_interval"});
  add(f, k::integer, plain, {"protocol", "raft_protocol"});
  add(f, k::integer, reloadable, {"raft_snapshot_threshold"});
  add(f, k::text, reloadable, {"raft_snapshot_interval"});
  add(f, k::integer, reloadable, {"raft_trailing_logs"});
  f.push_back(block("raft_logstore", raft_logstore(), no_effect));
  add(f, k::text, plain, {"reconnect_timeout", "reconnect_timeout_wan"});
  add(f, k::boolean, plain, {"rejoin_after_leave"});
  add(f, k::boolean, no_effect, {"auto_reload_config"});
  add(f, k::text, plain, {"retry_interval", "retry_interval_wan"});
  add(f, k::text_list, plain, {"retry_join", "retry_join_wan"});
  add(f, k::integer, plain, {"retry_max", "retry_max_wan"});
  f.push_back(block("rpc", rpc, no_effect));
  add(f, k::integer, no_effect, {"segment_limit"});
  add(f, k::text, enterprise, {"segment"});
  f.push_back(blocks("segments", segment(), enterprise));
  add(f, k::text_list, plain, {"serf_lan_allowed_cidrs", "serf_wan_allowed_cidrs"});
  add(f, k::text, plain, {"serf_lan", "serf_wan"});
  add(f, k::boolean, plain, {"server"});
  add(f, k::text, no_effect, {"server_name", "server_rejoin_age_max"});
  f.push_back(block("service", service_schema(), whole | reloadable));
  f.push_back(blocks("services", service_schema(), reloadable));
  add(f, k::text, reloadable, {"session_ttl_min"});
  add(f, k::boolean, plain, {"skip_leave_on_interrupt"});
  add(f, k::text, plain, {"syslog_facility"});
  f.push_back(block("tls", tls(), reloadable));
  add(f, k::text_map, plain, {"tagged_addresses"});
  f.push_back(block("telemetry", telemetry()));
  add(f, k::boolean, reloadable, {"translate_wan_addrs"});
  f.push_back(block("ui_config", ui(), no_effect));
  f.push_back(block("unix_sockets", unix_sockets));
  add(f, k::boolean, reloadable, {"use_streaming_backend"});
  add(f, k::any_map_list, reloadable, {"watches"});
  f.push_back(block("xds", xds, no_effect));
  add_enterprise_and_fixed(f);
  add_deprecated(f);
  return f;
}

} // namespace

const std::vector<key_spec>& schema() {
  static const fields all = make_schema();
  return all;
}

} // namespace praetor::config
