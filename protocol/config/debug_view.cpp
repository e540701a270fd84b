#include "protocol/config/debug_view.hpp"

#include "protocol/base/ip_address.hpp"
#include "protocol/config/hidden.hpp"

#include <limits>
#include <nlohmann/json.hpp>

namespace praetor::config {

namespace {

using nlohmann::json;

constexpr double unlimited = std::numeric_limits<double>::max();

std::string time(nanoseconds d) { return duration_to_text(d); }
double rate(double r) { return r < 0 ? unlimited : r; }
json or_empty(const free_form& v) { return v.is_null() ? json::object() : v.json(); }

std::string address(const endpoint& e, const char* network = "tcp") {
  if (!e.is_set()) return {};
  return (e.is_unix() ? std::string("unix") : std::string(network)) + "://" + e.text();
}

json addresses(const std::vector<endpoint>& all) {
  auto out = json::array();
  for (const auto& e : all) out.push_back(address(e));
  return out;
}

json dns_addresses(const std::vector<endpoint>& all) {
  auto out = addresses(all);
  for (const auto& e : all) out.push_back(address(e, "udp"));
  return out;
}

json locality_view(const std::optional<praetor::locality>& l) {
  if (!l) return nullptr;
  return {{"Region", l->region}, {"Zone", l->zone}};
}

json check_view(const check_definition& c, bool inside_service) {
  json out = {{"AliasNode", c.alias_node},
              {"AliasService", c.alias_service},
              {"Body", c.body},
              {"DeregisterCriticalServiceAfter", time(c.deregister_critical_service_after)},
              {"DisableRedirects", c.disable_redirects},
              {"DockerContainerID", c.docker_container_id},
              {"FailuresBeforeCritical", c.failures_before_critical},
              {"FailuresBeforeWarning", c.failures_before_warning.value_or(c.failures_before_critical)},
              {"GRPC", c.grpc},
              {"GRPCUseTLS", c.grpc_use_tls},
              {"H2PING", c.h2ping},
              {"H2PingUseTLS", c.h2ping_use_tls.value_or(!c.h2ping.empty())},
              {"HTTP", c.http},
              {"Header", c.header},
              {"Interval", time(c.interval)},
              {"Method", c.method},
              {"Name", c.name},
              {"Notes", c.notes},
              {"OSService", c.os_service},
              {"OutputMaxSize", c.output_max_size},
              {"ScriptArgs", c.script_args},
              {"Shell", c.shell},
              {"Status", c.status},
              {"SuccessBeforePassing", c.success_before_passing},
              {"TCP", c.tcp},
              {"TCPUseTLS", c.tcp_use_tls},
              {"TLSServerName", c.tls_server_name},
              {"TLSSkipVerify", c.tls_skip_verify},
              {"TTL", time(c.ttl)},
              {"Timeout", time(c.timeout)},
              {"UDP", c.udp}};
  if (inside_service) {
    out["CheckID"] = c.id;
    out["ProxyGRPC"] = c.proxy_grpc;
    out["ProxyHTTP"] = c.proxy_http;
  } else {
    out["ID"] = c.id;
    out["ServiceID"] = c.service_id;
    out["Token"] = hidden;
    out["EnterpriseMeta"] = json::object();
  }
  return out;
}

json upstream_view(const upstream_definition& u) {
  return {{"DestinationType", u.destination_type},
          {"DestinationNamespace", u.destination_namespace},
          {"DestinationPartition", u.destination_partition},
          {"DestinationPeer", u.destination_peer},
          {"DestinationName", u.destination_name},
          {"Datacenter", u.datacenter},
          {"LocalBindAddress", u.local_bind_address},
          {"LocalBindPort", u.local_bind_port},
          {"LocalBindSocketPath", u.local_bind_socket_path},
          {"LocalBindSocketMode", u.local_bind_socket_mode},
          {"Config", or_empty(u.config)},
          {"MeshGateway", {{"Mode", u.mesh_gateway.mode}}}};
}

json proxy_view(const proxy_definition& p) {
  auto upstreams = json::array(), paths = json::array();
  for (const auto& u : p.upstreams) upstreams.push_back(upstream_view(u));
  for (const auto& e : p.expose.paths)
    paths.push_back({{"ListenerPort", e.listener_port},
                     {"LocalPathPort", e.local_path_port},
                     {"Path", e.path},
                     {"Protocol", e.protocol},
                     {"ParsedFromCheck", e.parsed_from_check}});
  auto transparent = p.transparent_proxy.value_or(transparent_proxy_config{});
  return {
      {"Config", or_empty(p.config)},
      {"DestinationServiceID", p.destination_service_id},
      {"DestinationServiceName", p.destination_service_name},
      {"EnvoyExtensions", json::array()},
      {"Expose", {{"Checks", p.expose.checks}, {"Paths", paths}}},
      {"LocalServiceAddress", p.local_service_address},
      {"LocalServicePort", p.local_service_port},
      {"LocalServiceSocketPath", p.local_service_socket_path},
      {"MeshGateway", {{"Mode", p.mesh_gateway.mode}}},
      {"Mode", p.mode},
      {"TransparentProxy",
       {{"DialedDirectly", transparent.dialed_directly}, {"OutboundListenerPort", transparent.outbound_listener_port}}},
      {"Upstreams", upstreams}};
}

json service_view(const service_definition& s) {
  auto checks = json::array();
  for (const auto& c : s.all_checks()) checks.push_back(check_view(c, true));
  auto tagged = json::object();
  for (const auto& [name, a] : s.tagged_addresses) tagged[name] = {{"Address", a.address}, {"Port", a.port}};
  auto weights = s.weights.value_or(weights_definition{1, 1});
  json connect = nullptr;
  if (s.connect) {
    connect = {{"Native", s.connect->native}, {"SidecarService", nullptr}};
    if (s.connect->sidecar_service) connect["SidecarService"] = service_view(*s.connect->sidecar_service);
  }
  return {{"Address", s.address},
          {"Check", check_view({}, true)},
          {"Checks", checks},
          {"Connect", connect},
          {"EnableTagOverride", s.enable_tag_override},
          {"EnterpriseMeta", json::object()},
          {"ID", s.id},
          {"Kind", s.kind},
          {"Locality", locality_view(s.locality)},
          {"Meta", s.meta},
          {"Name", s.name},
          {"Port", s.port},
          {"Proxy", s.proxy ? proxy_view(*s.proxy) : json(nullptr)},
          {"SocketPath", s.socket_path},
          {"TaggedAddresses", tagged},
          {"Tags", s.tags},
          {"Token", hidden},
          {"Weights", {{"Passing", weights.passing}, {"Warning", weights.warning}}}};
}

json tls_view(const tls_settings& t) {
  return {{"CAFile", t.ca_file},
          {"CAPath", t.ca_path},
          {"CertFile", t.cert_file},
          {"CipherSuites", t.cipher_suites},
          {"KeyFile", hidden},
          {"TLSMinVersion", t.min_version},
          {"UseAutoCert", t.use_auto_cert},
          {"VerifyIncoming", t.verify_incoming},
          {"VerifyOutgoing", t.verify_outgoing},
          {"VerifyServerHostname", t.verify_server_hostname}};
}

void add_identity(json& v, const runtime_config& c) {
  v["Datacenter"] = c.datacenter;
  v["PrimaryDatacenter"] = c.primary_datacenter;
  v["NodeName"] = c.node_name;
  v["NodeMeta"] = c.node_meta;
  v["ServerMode"] = c.server;
  v["DevMode"] = c.dev_mode;
  v["DataDir"] = c.data_dir;
  v["Bootstrap"] = c.bootstrap;
  v["BootstrapExpect"] = c.bootstrap_expect;
  v["DisableHostNodeID"] = c.disable_host_node_id;
  v["Locality"] = locality_view(c.locality);
  v["TaggedAddresses"] = c.tagged_addresses;
  v["TranslateWANAddrs"] = c.translate_wan_addrs;
  v["Experiments"] = c.experiments;
  v["PidFile"] = c.pid_file;
  v["LeaveOnTerm"] = c.leave_on_terminate;
  v["SkipLeaveOnInt"] = c.skip_leave_on_interrupt;
  v["AutoReloadConfig"] = c.auto_reload_config;
  v["AutoReloadConfigCoalesceInterval"] = "1s";
  v["Logging"] = {{"EnableSyslog", c.log.syslog},
                  {"LogFilePath", c.log.file},
                  {"LogJSON", c.log.json},
                  {"LogLevel", c.log.level},
                  {"LogRotateBytes", c.log.rotate_bytes},
                  {"LogRotateDuration", time(c.log.rotate_duration)},
                  {"LogRotateMaxFiles", c.log.rotate_max_files},
                  {"Name", ""},
                  {"SyslogFacility", c.log.syslog_facility}};
}

void add_addresses(json& v, const runtime_config& c) {
  v["BindAddr"] = c.bind_addr;
  v["ClientAddrs"] = c.client_addrs;
  v["AdvertiseAddrLAN"] = c.advertise_addr_lan;
  v["AdvertiseAddrWAN"] = c.advertise_addr_wan;
  v["RPCBindAddr"] = address(c.rpc_bind);
  v["RPCAdvertiseAddr"] = address(c.rpc_advertise);
  v["SerfBindAddrLAN"] = address(c.serf_bind_lan);
  v["SerfBindAddrWAN"] = address(c.serf_bind_wan);
  v["SerfAdvertiseAddrLAN"] = address(c.serf_advertise_lan);
  v["SerfAdvertiseAddrWAN"] = address(c.serf_advertise_wan);
  v["SerfAllowedCIDRsLAN"] = c.serf_lan_allowed_cidrs;
  v["SerfAllowedCIDRsWAN"] = c.serf_wan_allowed_cidrs;
  v["DNSAddrs"] = dns_addresses(c.dns_addrs);
  v["HTTPAddrs"] = addresses(c.http_addrs);
  v["HTTPSAddrs"] = addresses(c.https_addrs);
  v["GRPCAddrs"] = addresses(c.grpc_addrs);
  v["GRPCTLSAddrs"] = addresses(c.grpc_tls_addrs);
  v["DNSPort"] = c.ports.dns;
  v["HTTPPort"] = c.ports.http;
  v["HTTPSPort"] = c.ports.https;
  v["GRPCPort"] = c.ports.grpc;
  v["GRPCTLSPort"] = c.ports.grpc_tls;
  v["ServerPort"] = c.ports.server;
  v["SerfPortLAN"] = c.ports.serf_lan;
  v["SerfPortWAN"] = c.ports.serf_wan;
  v["ConnectSidecarMinPort"] = c.ports.sidecar_min;
  v["ConnectSidecarMaxPort"] = c.ports.sidecar_max;
  v["ExposeMinPort"] = c.ports.expose_min;
  v["ExposeMaxPort"] = c.ports.expose_max;
  v["UnixSocketUser"] = c.unix_socket_user;
  v["UnixSocketGroup"] = c.unix_socket_group;
  v["UnixSocketMode"] = c.unix_socket_mode;
}

void add_dns_and_http(json& v, const runtime_config& c) {
  auto ttls = json::object();
  for (const auto& [name, ttl] : c.dns.service_ttl) ttls[name] = time(ttl);
  v["DNSAllowStale"] = c.dns.allow_stale;
  v["DNSMaxStale"] = time(c.dns.max_stale);
  v["DNSNodeTTL"] = time(c.dns.node_ttl);
  v["DNSServiceTTL"] = ttls;
  v["DNSOnlyPassing"] = c.dns.only_passing;
  v["DNSARecordLimit"] = c.dns.a_record_limit;
  v["DNSUDPAnswerLimit"] = c.dns.udp_answer_limit;
  v["DNSEnableTruncate"] = c.dns.enable_truncate;
  v["DNSDisableCompression"] = c.dns.disable_compression;
  v["DNSRecursorTimeout"] = time(c.dns.recursor_timeout);
  v["DNSRecursorStrategy"] = c.dns.recursor_strategy;
  v["DNSRecursors"] = c.dns_recursors;
  v["DNSNodeMetaTXT"] = c.dns.node_meta_txt;
  v["DNSUseCache"] = c.dns.use_cache;
  v["DNSCacheMaxAge"] = time(c.dns.cache_max_age);
  v["DNSSOA"] = {{"Refresh", c.dns.soa.refresh},
                 {"Retry", c.dns.soa.retry},
                 {"Expire", c.dns.soa.expire},
                 {"Minttl", c.dns.soa.min_ttl}};
  v["DNSDomain"] = c.dns_domain;
  v["DNSAltDomain"] = c.dns_alt_domain;
  v["HTTPBlockEndpoints"] = c.http.block_endpoints;
  v["AllowWriteHTTPFrom"] = c.http.allow_write_http_from;
  v["HTTPResponseHeaders"] = c.http.response_headers;
  v["HTTPUseCache"] = c.http.use_cache;
  v["HTTPMaxHeaderBytes"] = c.http.max_header_bytes;
  v["HTTPMaxConnsPerClient"] = c.http.max_conns_per_client;
  v["HTTPSHandshakeTimeout"] = time(c.http.https_handshake_timeout);
  v["KVMaxValueSize"] = c.kv_max_value_size;
  v["TxnMaxReqLen"] = c.txn_max_req_len;
  v["DefaultQueryTime"] = time(c.default_query_time);
  v["MaxQueryTime"] = time(c.max_query_time);
  v["SessionTTLMin"] = time(c.session_ttl_min);
  v["EnableDebug"] = c.enable_debug;
  v["DisableHTTPUnprintableCharFilter"] = c.disable_http_unprintable_char_filter;
  auto headers = json::array();
  for (const auto& [name, text] : c.ui.metrics_proxy_add_headers)
    headers.push_back({{"Name", name}, {"Value", hidden}});
  v["UIConfig"] = {{"Enabled", c.ui.enabled},
                   {"Dir", c.ui.dir},
                   {"ContentPath", c.ui.content_path},
                   {"HCPEnabled", false},
                   {"MetricsProvider", c.ui.metrics_provider},
                   {"MetricsProviderFiles", c.ui.metrics_provider_files},
                   {"MetricsProviderOptionsJSON", c.ui.metrics_provider_options_json},
                   {"MetricsProxy",
                    {{"AddHeaders", headers},
                     {"BaseURL", c.ui.metrics_proxy_base_url},
                     {"PathAllowlist", c.ui.metrics_proxy_path_allowlist}}},
                   {"DashboardURLTemplates", c.ui.dashboard_url_templates}};
}

void add_definitions(json& v, const runtime_config& c) {
  auto services = json::array(), checks = json::array(), watches = json::array();
  for (const auto& s : c.services) services.push_back(service_view(s));
  for (const auto& check : c.checks) checks.push_back(check_view(check, false));
  for (std::size_t i = 0; i < c.watches.size(); ++i) watches.push_back(json::object()); // may hold tokens
  v["Services"] = services;
  v["Checks"] = checks;
  v["Watches"] = watches;
  v["EnableRemoteScriptChecks"] = c.enable_script_checks;
  v["EnableLocalScriptChecks"] = c.enable_local_script_checks;
  v["EnableAgentTLSForChecks"] = c.enable_agent_tls_for_checks;
  v["EnableCentralServiceConfig"] = c.enable_central_service_config;
  v["DiscardCheckOutput"] = c.discard_check_output;
  v["CheckOutputMaxSize"] = c.check_output_max_size;
  v["CheckUpdateInterval"] = time(c.check_update_interval);
  v["CheckDeregisterIntervalMin"] = time(c.check_deregister_interval_min);
  v["CheckReapInterval"] = time(c.check_reap_interval);
  v["AEInterval"] = time(c.ae_interval);
}

void add_gossip(json& v, const std::string& name, const gossip_settings& g) {
  v[name + "GossipInterval"] = time(g.gossip_interval);
  v[name + "GossipNodes"] = g.gossip_nodes;
  v[name + "ProbeInterval"] = time(g.probe_interval);
  v[name + "ProbeTimeout"] = time(g.probe_timeout);
  v[name + "RetransmitMult"] = g.retransmit_mult;
  v[name + "SuspicionMult"] = g.suspicion_mult;
}

/// Nothing counts requests in this release: what is shown is that no limit is in force, and which settings ask for one.
void add_request_limits(json& v, const runtime_config& c) {
  constexpr std::int64_t usual_burst = 1000;
  constexpr int disabled = 0;
  v["RPCRateLimit"] = unlimited;
  v["RPCMaxBurst"] = c.rpc.max_burst;
  v["RequestLimitsMode"] = disabled;
  v["RequestLimitsReadRate"] = unlimited;
  v["RequestLimitsWriteRate"] = unlimited;
  auto ignored = json::array();
  bool limited = c.rpc.request_mode != "disabled" || c.rpc.request_read_rate >= 0 || c.rpc.request_write_rate >= 0;
  if (limited) ignored.push_back("limits.request_limits");
  if (c.rpc.rate >= 0) ignored.push_back("limits.rpc_rate");
  if (c.rpc.max_burst != usual_burst) ignored.push_back("limits.rpc_max_burst");
  if (c.cache_entry_fetch_rate >= 0) ignored.push_back("cache.entry_fetch_rate");
  if (!ignored.empty()) v["LimitsNotEnforced"] = ignored;
}

void add_cluster(json& v, const runtime_config& c) {
  add_gossip(v, "GossipLAN", c.gossip_lan);
  add_gossip(v, "GossipWAN", c.gossip_wan);
  v["RetryJoinLAN"] = c.retry_join_lan;
  v["RetryJoinWAN"] = c.retry_join_wan;
  v["RetryJoinIntervalLAN"] = time(c.retry_interval_lan);
  v["RetryJoinIntervalWAN"] = time(c.retry_interval_wan);
  v["RetryJoinMaxAttemptsLAN"] = c.retry_max_lan;
  v["RetryJoinMaxAttemptsWAN"] = c.retry_max_wan;
  v["RejoinAfterLeave"] = c.rejoin_after_leave;
  v["ReconnectTimeoutLAN"] = time(c.reconnect_timeout_lan);
  v["ReconnectTimeoutWAN"] = time(c.reconnect_timeout_wan);
  v["AdvertiseReconnectTimeout"] = time(c.advertise_reconnect_timeout);
  v["ServerRejoinAgeMax"] = time(c.server_rejoin_age_max);
  v["PrimaryGateways"] = c.primary_gateways;
  v["PrimaryGatewaysInterval"] = time(c.primary_gateways_interval);
  v["EncryptKey"] = hidden;
  v["StaticRuntimeConfig"] = {{"EncryptVerifyIncoming", c.encrypt_verify_incoming},
                              {"EncryptVerifyOutgoing", c.encrypt_verify_outgoing}};
  v["DisableKeyringFile"] = c.disable_keyring_file;
  v["RPCProtocol"] = c.rpc_protocol;
  v["LeaveDrainTime"] = time(c.leave_drain_time);
  v["RPCHoldTimeout"] = time(c.rpc_hold_timeout);
  v["GRPCKeepaliveInterval"] = time(c.grpc_keepalive_interval);
  v["GRPCKeepaliveTimeout"] = time(c.grpc_keepalive_timeout);
  v["RPCHandshakeTimeout"] = time(c.rpc.handshake_timeout);
  v["RPCClientTimeout"] = time(c.rpc.client_timeout);
  v["RPCMaxConnsPerClient"] = c.rpc.max_conns_per_client;
  add_request_limits(v, c);
  v["RPCConfig"] = {{"EnableStreaming", c.rpc_enable_streaming}};
  v["UseStreamingBackend"] = c.use_streaming_backend;
  v["DisableCoordinates"] = c.disable_coordinates;
  v["SyncCoordinateIntervalMin"] = time(c.sync_coordinate_interval_min);
  v["SyncCoordinateRateTarget"] = c.sync_coordinate_rate_target;
  v["ConsulCoordinateUpdateBatchSize"] = c.coordinate_update_batch_size;
  v["ConsulCoordinateUpdateMaxBatches"] = c.coordinate_update_max_batches;
  v["ConsulCoordinateUpdatePeriod"] = time(c.coordinate_update_period);
  v["ConsulServerHealthInterval"] = time(c.server_health_interval);
  v["DisableRemoteExec"] = c.disable_remote_exec;
  v["DisableUpdateCheck"] = c.disable_update_check;
  v["DisableAnonymousSignature"] = c.disable_anonymous_signature;
  v["DiscoveryMaxStale"] = time(c.discovery_max_stale);
  v["DefaultIntentionPolicy"] = c.default_intention_policy;
  v["ServerName"] = c.server_name;
}

void add_raft(json& v, const runtime_config& c) {
  v["RaftProtocol"] = c.raft.protocol;
  v["RaftSnapshotThreshold"] = c.raft.snapshot_threshold;
  v["RaftSnapshotInterval"] = time(c.raft.snapshot_interval);
  v["RaftTrailingLogs"] = c.raft.trailing_logs;
  v["RaftLogStoreConfig"] = {{"Backend", c.raft.log_backend},
                             {"WAL", {{"SegmentSize", c.raft.wal_segment_size_mb * 1024 * 1024}}}};
  v["ConsulRaftElectionTimeout"] = time(c.raft.election_timeout);
  v["ConsulRaftHeartbeatTimeout"] = time(c.raft.heartbeat_timeout);
  v["ConsulRaftLeaderLeaseTimeout"] = time(c.raft.leader_lease_timeout);
  v["AutopilotCleanupDeadServers"] = c.autopilot.cleanup_dead_servers;
  v["AutopilotLastContactThreshold"] = time(c.autopilot.last_contact_threshold);
  v["AutopilotMaxTrailingLogs"] = c.autopilot.max_trailing_logs;
  v["AutopilotMinQuorum"] = c.autopilot.min_quorum;
  v["AutopilotServerStabilizationTime"] = time(c.autopilot.server_stabilization_time);
  v["AutopilotDisableUpgradeMigration"] = false;
  v["AutopilotRedundancyZoneTag"] = "";
  v["AutopilotUpgradeVersionTag"] = "";
}

void add_access(json& v, const runtime_config& c) {
  v["ACLsEnabled"] = c.acl.enabled;
  v["ACLEnableKeyListPolicy"] = c.acl.enable_key_list_policy;
  v["ACLTokenReplication"] = c.acl.enable_token_replication;
  v["ACLInitialManagementToken"] = hidden;
  v["ACLResolverSettings"] = {{"ACLDefaultPolicy", c.acl.default_policy},
                              {"ACLDownPolicy", c.acl.down_policy},
                              {"ACLPolicyTTL", time(c.acl.policy_ttl)},
                              {"ACLRoleTTL", time(c.acl.role_ttl)},
                              {"ACLTokenTTL", time(c.acl.token_ttl)},
                              {"ACLsEnabled", c.acl.enabled},
                              {"Datacenter", c.datacenter},
                              {"EnterpriseMeta", json::object()},
                              {"NodeName", c.node_name}};
  v["ACLTokens"] = {{"ACLAgentRecoveryToken", hidden},
                    {"ACLAgentToken", hidden},
                    {"ACLConfigFileRegistrationToken", hidden},
                    {"ACLDNSToken", hidden},
                    {"ACLDefaultToken", hidden},
                    {"ACLReplicationToken", hidden},
                    {"DataDir", c.data_dir},
                    {"EnablePersistence", c.acl.enable_token_persistence},
                    {"EnterpriseConfig", json::object()}};
  v["TLS"] = {{"AutoTLS", c.auto_encrypt.tls || c.auto_config.enabled},
              {"Domain", c.dns_domain},
              {"EnableAgentTLSForChecks", c.enable_agent_tls_for_checks},
              {"GRPC", tls_view(c.tls_grpc)},
              {"HTTPS", tls_view(c.tls_https)},
              {"InternalRPC", tls_view(c.tls_internal_rpc)},
              {"NodeName", c.node_name},
              {"ServerMode", c.server},
              {"ServerName", c.server_name}};
}

void add_mesh(json& v, const runtime_config& c) {
  v["ConnectEnabled"] = c.connect.enabled;
  v["ConnectCAProvider"] = c.connect.ca_provider;
  auto settings = or_empty(c.connect.ca_config);
  for (const char* secret : {"PrivateKey", "Token"})
    if (settings.contains(secret)) settings[secret] = hidden;
  v["ConnectCAConfig"] = settings;
  v["ConnectMeshGatewayWANFederationEnabled"] = c.connect.mesh_gateway_wan_federation;
  v["ConnectTestCALeafRootChangeSpread"] = "0s";
  v["PeeringEnabled"] = c.peering_enabled;
  v["PeeringTestAllowPeerRegistrations"] = false;
  v["AutoEncryptTLS"] = c.auto_encrypt.tls;
  v["AutoEncryptAllowTLS"] = c.auto_encrypt.allow_tls;
  v["AutoEncryptDNSSAN"] = c.auto_encrypt.dns_san;
  v["AutoEncryptIPSAN"] = c.auto_encrypt.ip_san;
  v["AutoConfig"] = {{"Enabled", c.auto_config.enabled},
                     {"IntroToken", hidden},
                     {"IntroTokenFile", c.auto_config.intro_token_file},
                     {"ServerAddresses", c.auto_config.server_addresses},
                     {"DNSSANs", c.auto_config.dns_sans},
                     {"IPSANs", c.auto_config.ip_sans},
                     {"Authorizer", {{"Enabled", c.auto_config.authorization_enabled}}}};
  auto& entries = v["ConfigEntryBootstrap"] = json::array();
  for (const auto& entry : c.config_entries_bootstrap) entries.push_back(entry.json());
  v["Cache"] = {
      {"EntryFetchMaxBurst", c.cache_entry_fetch_max_burst}, {"EntryFetchRate", unlimited}, {"Logger", nullptr}};
  v["XDSUpdateRateLimit"] = rate(c.xds_update_max_per_second);
  v["LocalProxyConfigResyncInterval"] = "30s";
  auto cloud = [&](const char* name) {
    auto found = c.cloud.find(name);
    return found == c.cloud.end() ? std::string() : found->second;
  };
  v["Cloud"] = {{"ResourceID", cloud("resource_id")},
                {"ClientID", cloud("client_id")},
                {"ClientSecret", hidden},
                {"Hostname", cloud("hostname")},
                {"AuthURL", cloud("auth_url")},
                {"ScadaAddress", cloud("scada_address")},
                {"ManagementToken", hidden},
                {"NodeName", c.node_name},
                {"NodeID", ""},
                {"TLSConfig", nullptr}};
}

void add_telemetry(json& v, const runtime_config& c) {
  const auto& t = c.telemetry;
  auto circonus = [&](const char* name) {
    auto found = t.circonus.find(name);
    return found == t.circonus.end() ? std::string() : found->second;
  };
  v["Telemetry"] = {{"Disable", t.disable},
                    {"MetricsPrefix", t.metrics_prefix},
                    {"AllowedPrefixes", t.allowed_prefixes},
                    {"BlockedPrefixes", t.blocked_prefixes},
                    {"FilterDefault", t.filter_default},
                    {"DisableHostname", t.disable_hostname},
                    {"EnableHostMetrics", t.enable_host_metrics},
                    {"DisablePerTenancyUsageMetrics", t.disable_per_tenancy_usage_metrics},
                    {"RetryFailedConfiguration", t.retry_failed_connection},
                    {"StatsdAddr", t.statsd_address},
                    {"StatsiteAddr", t.statsite_address},
                    {"DogstatsdAddr", t.dogstatsd_addr},
                    {"DogstatsdTags", t.dogstatsd_tags},
                    {"CirconusAPIApp", circonus("api_app")},
                    {"CirconusAPIToken", hidden},
                    {"CirconusAPIURL", circonus("api_url")},
                    {"CirconusBrokerID", circonus("broker_id")},
                    {"CirconusBrokerSelectTag", circonus("broker_select_tag")},
                    {"CirconusCheckDisplayName", circonus("check_display_name")},
                    {"CirconusCheckForceMetricActivation", circonus("check_force_metric_activation")},
                    {"CirconusCheckID", circonus("check_id")},
                    {"CirconusCheckInstanceID", circonus("check_instance_id")},
                    {"CirconusCheckSearchTag", circonus("check_search_tag")},
                    {"CirconusCheckTags", circonus("check_tags")},
                    {"CirconusSubmissionInterval", circonus("submission_interval")},
                    {"CirconusSubmissionURL", circonus("submission_url")},
                    {"PrometheusOpts",
                     {{"Expiration", time(t.prometheus_retention_time)},
                      {"Name", t.metrics_prefix},
                      {"Registerer", nullptr},
                      {"CounterDefinitions", json::array()},
                      {"GaugeDefinitions", json::array()},
                      {"SummaryDefinitions", json::array()}}}};
}

} // namespace

free_form debug_view(const runtime_config& c, const std::string& node_id, const std::string& version) {
  auto v = json::object();
  add_identity(v, c);
  add_addresses(v, c);
  add_dns_and_http(v, c);
  add_definitions(v, c);
  add_cluster(v, c);
  add_raft(v, c);
  add_access(v, c);
  add_mesh(v, c);
  add_telemetry(v, c);
  v["NodeID"] = node_id.empty() ? c.node_id : node_id;
  v["Version"] = version;
  v["VersionPrerelease"] = "";
  v["VersionMetadata"] = "";
  v["Revision"] = "";
  v["EnterpriseRuntimeConfig"] = json::object();
  v["ReadReplica"] = false;
  v["Reporting"] = {{"License", {{"Enabled", false}}}};
  v["SegmentName"] = "";
  v["Segments"] = json::array();
  v["SegmentLimit"] = 64;
  v["SegmentNameLimit"] = 64;
  hide_secrets(v);
  return free_form(std::move(v));
}

} // namespace praetor::config
