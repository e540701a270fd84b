#include <algorithm>
#include <nlohmann/json.hpp>

#include "protocol/config/builder.hpp"

namespace praetor::config {

expected<void> builder::build_raft() {
  auto multiplier = integer("performance.raft_multiplier");
  if (multiplier < 1 || multiplier > 10)
    return fail("performance.raft_multiplier cannot be " + std::to_string(multiplier) + ". Must be between 1 and 10");
  read(keys::unchangeable<runtime_config>);
  auto& r = out_.raft;
  r.election_timeout *= multiplier;
  r.heartbeat_timeout *= multiplier;
  r.leader_lease_timeout *= multiplier;
  return {};
}

namespace {

/// The setting names of the CA providers.
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
  read(keys::mesh<runtime_config>);
  auto& c = out_.connect;
  c.enabled |= flag("auto_encrypt.allow_tls") || flag("auto_config.enabled");
  if (c.mesh_gateway_wan_federation && !c.enabled)
    return fail("'connect.enable_mesh_gateway_wan_federation=true' requires 'connect.enabled=true'");
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
  read(keys::identity<runtime_config>);
  read(keys::checks<runtime_config>);
  auto& o = out_;
  o.datacenter = lower_case(o.datacenter);
  o.primary_datacenter = o.primary_datacenter.empty() ? o.datacenter : lower_case(o.primary_datacenter);
  build_node_name();
  o.node_id = lower_case(o.node_id);
  if (find("locality") != nullptr) o.locality = praetor::locality{text("locality.region"), text("locality.zone")};
  if (find("leave_on_terminate") == nullptr) o.leave_on_terminate = !o.server;
  if (find("skip_leave_on_interrupt") == nullptr) o.skip_leave_on_interrupt = o.server;
}

void builder::build_node_name() {
  auto& name = out_.node_name;
  if (name.empty()) {
    if (auto host = env_.hostname())
      name = *host;
    else
      complain("node_name: " + host.error().text);
  }
  auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; };
  while (!name.empty() && blank(name.back())) name.pop_back();
  while (!name.empty() && blank(name.front())) name.erase(0, 1);
}

void builder::build_automatic() {
  auto servers = expand_optional_addresses("auto_config.server_addresses");
  read(keys::automatic<runtime_config>);
  auto& a = out_.auto_config;
  a.server_addresses = std::move(servers);
  if (auto token = env_.getenv("CONSUL_INTRO_TOKEN")) a.intro_token = *token;
  if (const auto* s = find("auto_config.authorization.static")) a.authorization_static = to_free_form(*s);
  string_list addresses;
  for (const auto& text : texts("auto_encrypt.ip_san")) {
    if (auto ip = ip_address::parse(text))
      addresses.push_back(ip->text());
    else
      warn("Cannot parse ip " + praetor::quoted(text) + " from AutoEncrypt.IPSAN");
  }
  out_.auto_encrypt.ip_san = std::move(addresses);
}

void builder::build_ui() {
  auto& u = out_.ui;
  if (!u.content_path.starts_with('/')) u.content_path = "/" + u.content_path;
  if (!u.content_path.ends_with('/')) u.content_path += "/";
  if (const auto* headers = find("ui_config.metrics_proxy.add_headers"))
    for (const auto& h : headers->items) {
      const auto *name = h.find("name"), *v = h.find("value");
      u.metrics_proxy_add_headers.emplace_back(name == nullptr ? "" : name->text, v == nullptr ? "" : v->text);
    }
  if (u.metrics_proxy_path_allowlist.empty() && u.metrics_provider == "prometheus")
    u.metrics_proxy_path_allowlist = {"/api/v1/query", "/api/v1/query_range"};
}

void builder::build_cluster() {
  read(keys::gossip<runtime_config>);
  read(keys::cluster<runtime_config>);
  auto& o = out_;
  o.retry_join_lan = expand_optional_addresses("retry_join");
  o.retry_join_wan = expand_optional_addresses("retry_join_wan");
  o.primary_gateways = expand_optional_addresses("primary_gateways");
  if (find("rpc.enable_streaming") == nullptr) o.rpc_enable_streaming = o.server;
}

void builder::build_dns() {
  read(keys::dns<runtime_config>);
  if (out_.dns.recursor_strategy.empty()) out_.dns.recursor_strategy = "sequential";
}

void builder::build_http() {
  read(keys::http<runtime_config>);
  string_list networks;
  for (const auto& text : texts("http_config.allow_write_http_from")) {
    if (auto network = ip_network::parse(text))
      networks.push_back(network->text());
    else
      complain("allow_write_http_from: invalid cidr: " + text);
  }
  out_.http.allow_write_http_from = std::move(networks);
}

void builder::build_telemetry() {
  read(keys::telemetry<runtime_config>);
  auto& t = out_.telemetry;
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
  // One sample per call is too much for most users, so it is off by default.
  auto calls = t.metrics_prefix + ".rpc.server.call";
  auto names = [&](const string_list& list) { return std::ranges::find(list, calls) != list.end(); };
  if (!names(t.allowed_prefixes) && !names(t.blocked_prefixes)) t.blocked_prefixes.push_back(calls);
}

} // namespace praetor::config
