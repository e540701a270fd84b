#include "protocol/config/debug_view.hpp"

#include "protocol/config/debug_definitions.hpp"
#include "protocol/config/hidden.hpp"
#include "protocol/config/keys.hpp"

#include <limits>
#include <nlohmann/json.hpp>

namespace praetor::config {

namespace {

using nlohmann::json;

constexpr double unlimited = std::numeric_limits<double>::max();

/// The slot that a row names: "DNSSOA.Refresh".
json& slot(json& view, std::string_view name) {
  auto dot = name.find('.');
  auto& found = view[std::string(name.substr(0, dot))];
  return dot == name.npos ? found : slot(found, name.substr(dot + 1));
}

json shown(const nanoseconds& d) { return duration_to_text(d); }
template <class T>
json shown(const T& v) {
  return v;
}

/// Adds the members that rows declare. All others, below, are computed or constant.
/// @param c by value, because rows return pointers to mutable members
void add_rows(json& view, runtime_config c) {
  for (const auto& section : key_sections)
    for (const auto& row : section.rows)
      if (!row.shown.empty())
        slot(view, row.shown) =
            row.has(secret) ? json(hidden) : std::visit([](const auto* v) { return shown(*v); }, row.member.in(c));
}

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

void add_identity(json& v, const runtime_config& c) {
  v["DevMode"] = c.dev_mode;
  v["Locality"] = locality_view(c.locality);
  v["AutoReloadConfigCoalesceInterval"] = "1s";
  v["Logging"]["Name"] = "";
}

void add_addresses(json& v, const runtime_config& c) {
  v["RPCBindAddr"] = address(c.rpc_bind);
  v["RPCAdvertiseAddr"] = address(c.rpc_advertise);
  v["SerfBindAddrLAN"] = address(c.serf_bind_lan);
  v["SerfBindAddrWAN"] = address(c.serf_bind_wan);
  v["SerfAdvertiseAddrLAN"] = address(c.serf_advertise_lan);
  v["SerfAdvertiseAddrWAN"] = address(c.serf_advertise_wan);
  v["DNSAddrs"] = dns_addresses(c.dns_addrs);
  v["HTTPAddrs"] = addresses(c.http_addrs);
  v["HTTPSAddrs"] = addresses(c.https_addrs);
  v["GRPCAddrs"] = addresses(c.grpc_addrs);
  v["GRPCTLSAddrs"] = addresses(c.grpc_tls_addrs);
}

void add_dns_and_ui(json& v, const runtime_config& c) {
  auto& ttls = v["DNSServiceTTL"] = json::object();
  for (const auto& [name, ttl] : c.dns.service_ttl) ttls[name] = duration_to_text(ttl);
  v["UIConfig"]["HCPEnabled"] = false;
  auto& headers = v["UIConfig"]["MetricsProxy"]["AddHeaders"] = json::array();
  for (const auto& [name, text] : c.ui.metrics_proxy_add_headers)
    headers.push_back({{"Name", name}, {"Value", hidden}});
}

/// This release does not limit request rates: shows that no limit is in force and which settings ask for one.
void add_request_limits(json& v, const runtime_config& c) {
  constexpr std::int64_t usual_burst = 1000;
  constexpr int disabled = 0;
  v["RPCRateLimit"] = unlimited;
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

void add_raft(json& v, const runtime_config& c) {
  v["RaftLogStoreConfig"]["WAL"]["SegmentSize"] = c.raft.wal_segment_size_mb * 1024 * 1024;
  v["AutopilotDisableUpgradeMigration"] = false;
  v["AutopilotRedundancyZoneTag"] = "";
  v["AutopilotUpgradeVersionTag"] = "";
}

void add_access(json& v, const runtime_config& c) {
  auto& resolver = v["ACLResolverSettings"];
  resolver["ACLsEnabled"] = c.acl.enabled;
  resolver["Datacenter"] = c.datacenter;
  resolver["EnterpriseMeta"] = json::object();
  resolver["NodeName"] = c.node_name;
  v["ACLTokens"]["DataDir"] = c.data_dir;
  v["ACLTokens"]["EnterpriseConfig"] = json::object();
  auto& tls = v["TLS"];
  tls["AutoTLS"] = c.auto_encrypt.tls || c.auto_config.enabled;
  tls["Domain"] = c.dns_domain;
  tls["EnableAgentTLSForChecks"] = c.enable_agent_tls_for_checks;
  tls["NodeName"] = c.node_name;
  tls["ServerMode"] = c.server;
  tls["ServerName"] = c.server_name;
}

void add_mesh(json& v, const runtime_config& c) {
  auto settings = or_empty(c.connect.ca_config);
  for (const char* secret : {"PrivateKey", "Token"})
    if (settings.contains(secret)) settings[secret] = hidden;
  v["ConnectCAConfig"] = settings;
  v["ConnectTestCALeafRootChangeSpread"] = "0s";
  v["PeeringTestAllowPeerRegistrations"] = false;
  auto& entries = v["ConfigEntryBootstrap"] = json::array();
  for (const auto& entry : c.config_entries_bootstrap) entries.push_back(entry.json());
  v["Cache"]["EntryFetchRate"] = unlimited;
  v["Cache"]["Logger"] = nullptr;
  v["XDSUpdateRateLimit"] = c.xds_update_max_per_second < 0 ? unlimited : c.xds_update_max_per_second;
  v["LocalProxyConfigResyncInterval"] = "30s";
  v["Cloud"]["ManagementToken"] = hidden;
  v["Cloud"]["NodeName"] = c.node_name;
  v["Cloud"]["NodeID"] = "";
  v["Cloud"]["TLSConfig"] = nullptr;
}

void add_telemetry(json& v, const runtime_config& c) {
  auto& t = v["Telemetry"];
  t["Disable"] = c.telemetry.disable;
  t["AllowedPrefixes"] = c.telemetry.allowed_prefixes;
  t["BlockedPrefixes"] = c.telemetry.blocked_prefixes;
  auto& prometheus = t["PrometheusOpts"];
  prometheus["Name"] = c.telemetry.metrics_prefix;
  prometheus["Registerer"] = nullptr;
  for (const char* list : {"CounterDefinitions", "GaugeDefinitions", "SummaryDefinitions"})
    prometheus[list] = json::array();
}

/// Members that only Consul Enterprise fills.
void add_enterprise(json& v) {
  v["EnterpriseRuntimeConfig"] = json::object();
  v["ReadReplica"] = false;
  v["Reporting"] = {{"License", {{"Enabled", false}}}};
  v["SegmentName"] = "";
  v["Segments"] = json::array();
  v["SegmentLimit"] = 64;
  v["SegmentNameLimit"] = 64;
}

} // namespace

free_form debug_view(const runtime_config& c, const std::string& node_id, const std::string& version) {
  auto v = json::object();
  add_rows(v, c);
  add_identity(v, c);
  add_addresses(v, c);
  add_dns_and_ui(v, c);
  add_definitions(v, c);
  add_request_limits(v, c);
  add_raft(v, c);
  add_access(v, c);
  add_mesh(v, c);
  add_telemetry(v, c);
  add_enterprise(v);
  v["NodeID"] = node_id.empty() ? c.node_id : node_id;
  v["Version"] = version;
  v["VersionPrerelease"] = "";
  v["VersionMetadata"] = "";
  v["Revision"] = "";
  hide_secrets(v);
  return free_form(std::move(v));
}

} // namespace praetor::config
