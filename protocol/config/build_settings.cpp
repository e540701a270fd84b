#include <algorithm>
#include <nlohmann/json.hpp>

#include "protocol/config/builder.hpp"

namespace praetor::config {

using namespace std::chrono_literals;

expected<void> builder::build_raft() {
  auto multiplier = integer("performance.raft_multiplier");
  if (multiplier < 1 || multiplier > 10)
    return fail("performance.raft_multiplier cannot be " + std::to_string(multiplier) + ". Must be between 1 and 10");
  auto& r = out_.raft;
  r.multiplier = multiplier;
  r.election_timeout = duration("consul.raft.election_timeout") * multiplier;
  r.heartbeat_timeout = duration("consul.raft.heartbeat_timeout") * multiplier;
  r.leader_lease_timeout = duration("consul.raft.leader_lease_timeout") * multiplier;
  r.protocol = integer("raft_protocol");
  r.snapshot_threshold = integer("raft_snapshot_threshold");
  r.trailing_logs = integer("raft_trailing_logs");
  r.log_backend = text("raft_logstore.backend");
  r.wal_segment_size_mb = integer("raft_logstore.wal.segment_size_mb");
  return {};
}

namespace {

/// The names by which CA providers know their settings.
free_form translated(const free_form& settings) {
  static const std::map<std::string, std::string> names = {
      {"leaf_cert_ttl", "LeafCertTTL"},
      {"root_cert_ttl", "RootCertTTL"},
      {"intermediate_cert_ttl", "IntermediateCertTTL"},
      {"csr_max_per_second", "CSRMaxPerSecond"},
      {"csr_max_concurrent", "CSRMaxConcurrent"},
      {"private_key_type", "PrivateKeyType"},
      {"private_key_bits", "PrivateKeyBits"},
      {"private_key", "PrivateKey"},
      {"root_cert", "RootCert"},
      {"skip_validate", "SkipValidate"},
      {"address", "Address"},
      {"token", "Token"},
      {"root_pki_path", "RootPKIPath"},
      {"root_pki_namespace", "RootPKINamespace"},
      {"intermediate_pki_path", "IntermediatePKIPath"},
      {"intermediate_pki_namespace", "IntermediatePKINamespace"},
      {"namespace", "Namespace"},
      {"ca_file", "CAFile"},
      {"ca_path", "CAPath"},
      {"cert_file", "CertFile"},
      {"key_file", "KeyFile"},
      {"tls_server_name", "TLSServerName"},
      {"tls_skip_verify", "TLSSkipVerify"},
      {"auth_method", "AuthMethod"},
      {"existing_arn", "ExistingARN"},
      {"delete_on_exit", "DeleteOnExit"},
  };
  auto out = nlohmann::json::object();
  for (const auto& [name, v] : settings.json().items()) {
    auto known = names.find(name);
    out[known == names.end() ? name : known->second] = v;
  }
  return free_form(std::move(out));
}

} // namespace

expected<void> builder::build_connect() {
  auto& c = out_.connect;
  c.enabled = flag("connect.enabled") || flag("auto_encrypt.allow_tls") || flag("auto_config.enabled");
  c.mesh_gateway_wan_federation = flag("connect.enable_mesh_gateway_wan_federation");
  if (c.mesh_gateway_wan_federation && !c.enabled)
    return fail("'connect.enable_mesh_gateway_wan_federation=true' requires 'connect.enabled=true'");
  c.ca_provider = text("connect.ca_provider");
  if (const auto* settings = find("connect.ca_config")) c.ca_config = translated(to_free_form(*settings));
  if (const auto* entries = find("config_entries.bootstrap"))
    for (std::size_t i = 0; i < entries->items.size(); ++i) {
      auto entry = to_free_form(entries->items[i]);
      auto has_kind = std::ranges::any_of(entries->items[i].members,
                                          [](const auto& m) { return m.first == "kind" || m.first == "Kind"; });
      if (!has_kind)
        return fail("config_entries.bootstrap[" + std::to_string(i) +
                    "]: Payload does not contain a kind/Kind key at the top level");
      out_.config_entries_bootstrap.push_back(std::move(entry));
    }
  return {};
}

void builder::build_general() {
  auto& o = out_;
  o.server = flag("server");
  o.bootstrap = flag("bootstrap");
  o.bootstrap_expect = integer("bootstrap_expect");
  o.datacenter = lower_case(text("datacenter"));
  o.primary_datacenter = lower_case(text("primary_datacenter"));
  if (o.primary_datacenter.empty()) o.primary_datacenter = o.datacenter;
  o.data_dir = text("data_dir");
  o.node_name = text("node_name");
  if (o.node_name.empty()) {
    if (auto host = env_.hostname())
      o.node_name = *host;
    else
      complain("node_name: " + host.error().text);
  }
  auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  while (!o.node_name.empty() && blank(o.node_name.back())) o.node_name.pop_back();
  while (!o.node_name.empty() && blank(o.node_name.front())) o.node_name.erase(0, 1);
  o.node_id = lower_case(text("node_id"));
  o.node_meta = text_map("node_meta");
  o.disable_host_node_id = flag("disable_host_node_id");
  if (find("locality") != nullptr) o.locality = praetor::locality{text("locality.region"), text("locality.zone")};
  o.translate_wan_addrs = flag("translate_wan_addrs");
  o.unix_socket_user = text("unix_sockets.user");
  o.unix_socket_group = text("unix_sockets.group");
  o.unix_socket_mode = text("unix_sockets.mode");
  o.pid_file = text("pid_file");
  o.leave_on_terminate = optional_flag("leave_on_terminate").value_or(!o.server);
  o.skip_leave_on_interrupt = optional_flag("skip_leave_on_interrupt").value_or(o.server);
  o.auto_reload_config = flag("auto_reload_config");
  o.experiments = texts("experiments");
  o.enable_debug = flag("enable_debug");
  auto& l = o.log;
  l.level = text("log_level");
  l.json = flag("log_json");
  l.file = text("log_file");
  l.rotate_bytes = integer("log_rotate_bytes");
  l.rotate_max_files = integer("log_rotate_max_files");
  l.syslog = flag("enable_syslog");
  l.syslog_facility = text("syslog_facility");
  o.enable_script_checks = flag("enable_script_checks");
  o.enable_local_script_checks = optional_flag("enable_local_script_checks").value_or(o.enable_script_checks);
  o.enable_agent_tls_for_checks = flag("enable_agent_tls_for_checks");
  o.enable_central_service_config = flag("enable_central_service_config");
  o.discard_check_output = flag("discard_check_output");
  o.check_output_max_size = integer("check_output_max_size");
  o.check_deregister_interval_min = duration("check_deregister_interval_min");
  o.check_reap_interval = duration("check_reap_interval");
  o.ae_interval = duration("ae_interval");
}

void builder::build_mesh() {
  auto& a = out_.auto_config;
  a.enabled = flag("auto_config.enabled");
  a.intro_token = env_.getenv("CONSUL_INTRO_TOKEN").value_or(text("auto_config.intro_token"));
  a.intro_token_file = text("auto_config.intro_token_file");
  a.server_addresses = expand_optional_addresses("auto_config.server_addresses");
  a.dns_sans = texts("auto_config.dns_sans");
  a.ip_sans = texts("auto_config.ip_sans");
  a.authorization_enabled = flag("auto_config.authorization.enabled");
  if (const auto* s = find("auto_config.authorization.static")) a.authorization_static = to_free_form(*s);
  for (const char* leeway : {"expiration_leeway", "not_before_leeway", "clock_skew_leeway"})
    duration("auto_config.authorization.static." + std::string(leeway));
  auto& e = out_.auto_encrypt;
  e.tls = flag("auto_encrypt.tls");
  e.allow_tls = flag("auto_encrypt.allow_tls");
  e.dns_san = texts("auto_encrypt.dns_san");
  for (const auto& text : texts("auto_encrypt.ip_san")) {
    if (auto ip = ip_address::parse(text))
      e.ip_san.push_back(ip->text());
    else
      warn("Cannot parse ip " + praetor::quoted(text) + " from AutoEncrypt.IPSAN");
  }
  out_.peering_enabled = flag("peering.enabled");
  auto& u = out_.ui;
  u.enabled = flag("ui_config.enabled");
  u.dir = text("ui_config.dir");
  u.content_path = text("ui_config.content_path");
  if (!u.content_path.starts_with('/')) u.content_path = "/" + u.content_path;
  if (!u.content_path.ends_with('/')) u.content_path += "/";
  u.metrics_provider = text("ui_config.metrics_provider");
  u.metrics_provider_files = texts("ui_config.metrics_provider_files");
  u.metrics_provider_options_json = text("ui_config.metrics_provider_options_json");
  u.metrics_proxy_base_url = text("ui_config.metrics_proxy.base_url");
  if (const auto* headers = find("ui_config.metrics_proxy.add_headers"))
    for (const auto& h : headers->items) {
      const auto *name = h.find("name"), *v = h.find("value");
      u.metrics_proxy_add_headers.emplace_back(name == nullptr ? "" : name->text, v == nullptr ? "" : v->text);
    }
  u.metrics_proxy_path_allowlist = texts("ui_config.metrics_proxy.path_allowlist");
  if (u.metrics_proxy_path_allowlist.empty() && u.metrics_provider == "prometheus")
    u.metrics_proxy_path_allowlist = {"/api/v1/query", "/api/v1/query_range"};
  u.dashboard_url_templates = text_map("ui_config.dashboard_url_templates");
  if (const auto* cloud = find("cloud"))
    for (const auto& [name, v] : cloud->members) out_.cloud[name] = v.text;
}

gossip_settings builder::gossip_of(std::string_view block) {
  auto at = [&](const char* name) { return std::string(block) + "." + name; };
  // Messages have two dots here, as operators know them.
  auto time = [&](const char* name) { return duration_named(std::string(block) + ".." + name, at(name)); };
  gossip_settings g;
  g.gossip_interval = time("gossip_interval");
  g.gossip_nodes = integer(at("gossip_nodes"));
  g.probe_interval = time("probe_interval");
  g.probe_timeout = time("probe_timeout");
  g.suspicion_mult = integer(at("suspicion_mult"));
  g.retransmit_mult = integer(at("retransmit_mult"));
  return g;
}

void builder::build_cluster() {
  auto& o = out_;
  o.gossip_lan = gossip_of("gossip_lan");
  o.gossip_wan = gossip_of("gossip_wan");
  o.retry_join_lan = expand_optional_addresses("retry_join");
  o.retry_join_wan = expand_optional_addresses("retry_join_wan");
  o.retry_max_lan = integer("retry_max");
  o.retry_max_wan = integer("retry_max_wan");
  o.rejoin_after_leave = flag("rejoin_after_leave");
  o.primary_gateways = expand_optional_addresses("primary_gateways");
  o.encrypt_key = text("encrypt");
  o.encrypt_verify_incoming = flag("encrypt_verify_incoming");
  o.encrypt_verify_outgoing = flag("encrypt_verify_outgoing");
  o.disable_keyring_file = flag("disable_keyring_file");
  o.rpc_protocol = integer("protocol");
  o.rpc_enable_streaming = optional_flag("rpc.enable_streaming").value_or(o.server);
  o.use_streaming_backend = flag("use_streaming_backend");
  o.disable_coordinates = flag("disable_coordinates");
  o.sync_coordinate_interval_min = duration("sync_coordinate_interval_min");
  o.sync_coordinate_rate_target = number("sync_coordinate_rate_target");
  o.coordinate_update_batch_size = integer("consul.coordinate.update_batch_size");
  o.coordinate_update_max_batches = integer("consul.coordinate.update_max_batches");
  o.coordinate_update_period = duration("consul.coordinate.update_period");
  o.server_health_interval = duration("consul.server.health_interval");
  o.disable_remote_exec = flag("disable_remote_exec");
  o.disable_update_check = flag("disable_update_check");
  o.disable_anonymous_signature = flag("disable_anonymous_signature");
  o.disable_http_unprintable_char_filter = flag("disable_http_unprintable_char_filter");
  o.default_intention_policy = text("default_intention_policy");
  o.server_name = text("server_name");
}

void builder::build_access() {
  auto& a = out_.acl;
  a.enabled = flag("acl.enabled");
  a.default_policy = text("acl.default_policy");
  a.down_policy = text("acl.down_policy");
  a.policy_ttl = duration("acl.policy_ttl");
  a.token_ttl = duration("acl.token_ttl");
  a.role_ttl = duration("acl.role_ttl");
  a.enable_key_list_policy = flag("acl.enable_key_list_policy");
  a.enable_token_replication = flag("acl.enable_token_replication");
  a.enable_token_persistence = flag("acl.enable_token_persistence");
  a.initial_management = text("acl.tokens.initial_management");
  a.default_token = text("acl.tokens.default");
  a.agent_token = text("acl.tokens.agent");
  a.agent_recovery_token = text("acl.tokens.agent_recovery");
  a.replication_token = text("acl.tokens.replication");
  a.config_file_service_registration_token = text("acl.tokens.config_file_service_registration");
  a.dns_token = text("acl.tokens.dns");
  auto& p = out_.autopilot;
  p.cleanup_dead_servers = flag("autopilot.cleanup_dead_servers");
  p.last_contact_threshold = duration("autopilot.last_contact_threshold");
  p.max_trailing_logs = static_cast<std::uint64_t>(std::max<std::int64_t>(0, integer("autopilot.max_trailing_logs")));
  p.min_quorum = static_cast<std::uint64_t>(integer("autopilot.min_quorum"));
  p.server_stabilization_time = duration("autopilot.server_stabilization_time");
}

void builder::build_dns() {
  out_.dns_domain = text("domain");
  out_.dns_alt_domain = text("alt_domain");
  auto& d = out_.dns;
  d.allow_stale = flag("dns_config.allow_stale");
  d.a_record_limit = integer("dns_config.a_record_limit");
  d.disable_compression = flag("dns_config.disable_compression");
  d.enable_truncate = flag("dns_config.enable_truncate");
  d.max_stale = duration("dns_config.max_stale");
  d.node_ttl = duration("dns_config.node_ttl");
  d.only_passing = flag("dns_config.only_passing");
  d.recursor_strategy = text("dns_config.recursor_strategy");
  if (d.recursor_strategy.empty()) d.recursor_strategy = "sequential";
  if (d.recursor_strategy != "sequential" && d.recursor_strategy != "random")
    complain("dns_config.recursor_strategy: invalid strategy: " + praetor::quoted(d.recursor_strategy));
  d.recursor_timeout = duration_named("recursor_timeout", "dns_config.recursor_timeout");
  d.udp_answer_limit = integer("dns_config.udp_answer_limit");
  d.node_meta_txt = optional_flag("dns_config.enable_additional_node_meta_txt").value_or(true);
  auto seconds = [&](const char* name, std::uint32_t otherwise) {
    return static_cast<std::uint32_t>(integer("dns_config.soa." + std::string(name), otherwise));
  };
  d.soa = {seconds("refresh", 3600), seconds("retry", 600), seconds("expire", 86400), seconds("min_ttl", 0)};
  d.use_cache = flag("dns_config.use_cache");
  d.cache_max_age = duration("dns_config.cache_max_age");
}

void builder::build_http() {
  auto& h = out_.http;
  h.block_endpoints = texts("http_config.block_endpoints");
  h.response_headers = text_map("http_config.response_headers");
  for (const auto& text : texts("http_config.allow_write_http_from")) {
    if (auto network = ip_network::parse(text))
      h.allow_write_http_from.push_back(network->text());
    else
      complain("allow_write_http_from: invalid cidr: " + text);
  }
  h.use_cache = optional_flag("http_config.use_cache").value_or(true);
  h.max_header_bytes = integer("http_config.max_header_bytes");
  h.max_conns_per_client = integer("limits.http_max_conns_per_client");
  out_.kv_max_value_size = static_cast<std::uint64_t>(integer("limits.kv_max_value_size"));
  out_.txn_max_req_len = static_cast<std::uint64_t>(integer("limits.txn_max_req_len"));
}

void builder::build_telemetry() {
  auto& t = out_.telemetry;
  t.metrics_prefix = text("telemetry.metrics_prefix");
  for (const auto& rule : texts("telemetry.prefix_filter")) {
    if (rule.empty())
      warn("Cannot have empty filter rule in prefix_filter");
    else if (rule[0] == '+')
      t.allowed_prefixes.push_back(rule.substr(1));
    else if (rule[0] == '-')
      t.blocked_prefixes.push_back(rule.substr(1));
    else
      warn("Filter rule must begin with either '+' or '-': " + praetor::quoted(rule));
  }
  // One sample a call is too many for most, so it has to be asked for.
  auto calls = t.metrics_prefix + ".rpc.server.call";
  auto names = [&](const string_list& list) { return std::ranges::find(list, calls) != list.end(); };
  if (!names(t.allowed_prefixes) && !names(t.blocked_prefixes)) t.blocked_prefixes.push_back(calls);
  t.filter_default = flag("telemetry.filter_default");
  t.disable_hostname = flag("telemetry.disable_hostname");
  t.prometheus_retention_time = duration_named("prometheus_retention_time", "telemetry.prometheus_retention_time");
  t.enable_host_metrics = flag("telemetry.enable_host_metrics");
  t.disable_per_tenancy_usage_metrics = flag("telemetry.disable_per_tenancy_usage_metrics");
  t.retry_failed_connection = flag("telemetry.retry_failed_connection");
  t.statsd_address = text("telemetry.statsd_address");
  t.statsite_address = text("telemetry.statsite_address");
  t.dogstatsd_addr = text("telemetry.dogstatsd_addr");
  t.dogstatsd_tags = texts("telemetry.dogstatsd_tags");
  if (const auto* all = find("telemetry"))
    for (const auto& [name, v] : all->members)
      if (name.starts_with("circonus_")) t.circonus[name.substr(9)] = v.text;
}

/// What is left, in the order in which its errors are reported.
void builder::build_durations_and_limits() {
  auto& o = out_;
  o.advertise_reconnect_timeout = duration("advertise_reconnect_timeout");
  o.check_update_interval = duration("check_update_interval");
  o.default_query_time = duration("default_query_time");
  o.discovery_max_stale = duration("discovery_max_stale");
  o.grpc_keepalive_interval = duration_at_least("performance.grpc_keepalive_interval", 1s);
  o.grpc_keepalive_timeout = duration_at_least("performance.grpc_keepalive_timeout", 1s);
  o.http.https_handshake_timeout = duration("limits.https_handshake_timeout");
  o.leave_drain_time = duration("performance.leave_drain_time");
  o.log.rotate_duration = duration("log_rotate_duration");
  if (!o.log.file.empty() && find("log_rotate_duration") == nullptr) o.log.rotate_duration = 24h;
  o.max_query_time = duration("max_query_time");
  o.primary_gateways_interval = duration("primary_gateways_interval");
  o.rpc.handshake_timeout = duration("limits.rpc_handshake_timeout");
  o.rpc_hold_timeout = duration("performance.rpc_hold_timeout");
  o.rpc.client_timeout = duration("limits.rpc_client_timeout");
  o.rpc.max_conns_per_client = integer("limits.rpc_max_conns_per_client");
  o.rpc.rate = number("limits.rpc_rate");
  o.rpc.max_burst = integer("limits.rpc_max_burst");
  o.raft.snapshot_interval = duration("raft_snapshot_interval");
  duration("raft_logstore.verification.interval");
  o.reconnect_timeout_lan = duration("reconnect_timeout");
  o.reconnect_timeout_wan = duration("reconnect_timeout_wan");
  o.rpc.request_mode = text("limits.request_limits.mode");
  if (o.rpc.request_mode != "disabled" && o.rpc.request_mode != "permissive" && o.rpc.request_mode != "enforcing")
    complain("limits.request_limits.mode: invalid mode: " + praetor::quoted(o.rpc.request_mode));
  o.rpc.request_read_rate = number("limits.request_limits.read_rate", -1);
  o.rpc.request_write_rate = number("limits.request_limits.write_rate", -1);
  o.retry_interval_lan = duration("retry_interval");
  o.retry_interval_wan = duration("retry_interval_wan");
  o.server_rejoin_age_max = duration_at_least("server_rejoin_age_max", 6h);
  o.session_ttl_min = duration("session_ttl_min");
  o.cache_entry_fetch_rate = number("cache.entry_fetch_rate", -1);
  o.cache_entry_fetch_max_burst = integer("cache.entry_fetch_max_burst");
  o.xds_update_max_per_second = number("xds.update_max_per_second");
}

} // namespace praetor::config
