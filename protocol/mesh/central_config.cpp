#include "protocol/mesh/central_config.hpp"

#include "protocol/codec/json_write.hpp"
#include "protocol/types/config_entries/kinds.hpp"
#include "protocol/types/config_entries/proxy_defaults.hpp"
#include "protocol/types/config_entries/service_defaults.hpp"

#include <nlohmann/json.hpp>
#include <set>

namespace praetor::mesh {

namespace {

namespace ce = config_entries;
using free_json = nlohmann::json;

constexpr std::string_view sidecar_kind = "connect-proxy", transparent = "transparent";
constexpr auto gateway_key = "mesh_gateway";

bool says_nothing(const free_json& v) {
  return v.is_null() || v == "" || v == false || (v.is_number() && v.get<double>() == 0) ||
         (v.is_structured() && v.empty());
}

/// Adds what is missing.
void fill(free_json& into, const free_json& from) {
  if (!from.is_object()) return;
  if (!into.is_object()) into = free_json::object();
  for (auto i = from.begin(); i != from.end(); ++i) {
    auto& there = into[i.key()];
    if (there.is_object() && i->is_object() && !there.empty())
      fill(there, *i);
    else if (says_nothing(there))
      there = *i;
  }
}

/// Replaces what is there.
void overlay(free_json& into, const free_json& from) {
  for (auto i = from.begin(); i != from.end(); ++i)
    if (!says_nothing(*i)) into[i.key()] = *i;
}

template <class T>
free_json json_of(const T& value) {
  std::string text;
  json::write(text, value);
  return free_json::parse(text);
}

/// What an upstream's settings are called in free-form configuration.
void add_upstream(free_json& into, const ce::upstream_config& u) {
  auto text = [&](const char* name, const std::string& value) {
    if (!value.empty()) into[name] = value;
  };
  text("envoy_listener_json", u.envoy_listener_json);
  text("envoy_cluster_json", u.envoy_cluster_json);
  text("protocol", u.protocol);
  if (u.connect_timeout_ms != 0) into["connect_timeout_ms"] = u.connect_timeout_ms;
  if (!u.mesh_gateway.mode.empty()) into[gateway_key] = json_of(u.mesh_gateway);
  if (u.limits) into["limits"] = json_of(*u.limits);
  if (u.passive_health_check) into["passive_health_check"] = json_of(*u.passive_health_check);
  text("balance_outbound_connections", u.balance_outbound_connections);
}

/// A service's name, and the peer that has it.
using upstream_key = std::pair<std::string, std::string>;

/// What the entries say about one instance.
struct central_config {
  free_json config = free_json::object();
  std::string mode;
  transparent_proxy_config transparent_proxy;
  mesh_gateway_config mesh_gateway;
  expose_config expose;
  access_logs_config access_logs;
  std::vector<envoy_extension> extensions;
  std::map<upstream_key, free_json> upstreams; ///< "*": the others
};

class resolver {
public:
  resolver(const node_service& s, const entry_lookup& entries) : service_(s), entries_(entries) {
    const auto& name = s.kind == sidecar_kind ? s.proxy.destination_service_name : s.name;
    proxies_ =
        ce::as<ce::proxy_defaults>(entries(ce::proxy_defaults::kind_name, std::string(ce::proxy_defaults::only_name)));
    defaults_ = ce::as<ce::service_defaults>(entries(ce::service_defaults::kind_name, name));
  }

  central_config resolve() {
    if (proxies_) take(*proxies_);
    if (defaults_) take(*defaults_);
    bool inferred = service_.proxy.mode == transparent || out_.mode == transparent;
    std::set<upstream_key> named;
    for (const auto& u : service_.proxy.upstreams)
      if (u.destination_type.empty() || u.destination_type == "service")
        named.emplace(u.destination_name, u.destination_peer);
    if (!named.empty() || inferred) resolve_upstreams(std::move(named));
    return std::move(out_);
  }

private:
  void take(const ce::proxy_defaults& e) {
    if (e.config.json().is_object()) out_.config = e.config.json();
    out_.mode = e.mode;
    out_.transparent_proxy = e.transparent_proxy;
    out_.mesh_gateway = e.mesh_gateway;
    out_.expose = e.expose;
    out_.access_logs = e.access_logs;
    out_.extensions = e.envoy_extensions;
    if (auto it = out_.config.find(gateway_key); it != out_.config.end()) others_[gateway_key] = *it;
    if (!e.mesh_gateway.mode.empty()) others_[gateway_key] = json_of(e.mesh_gateway);
  }

  void take(const ce::service_defaults& e) {
    out_.expose.checks |= e.expose.checks;
    if (!e.expose.paths.empty()) out_.expose.paths = e.expose.paths;
    if (!e.mesh_gateway.mode.empty()) {
      out_.mesh_gateway = e.mesh_gateway;
      others_[gateway_key] = json_of(e.mesh_gateway);
    }
    if (e.transparent_proxy.outbound_listener_port != 0)
      out_.transparent_proxy.outbound_listener_port = e.transparent_proxy.outbound_listener_port;
    out_.transparent_proxy.dialed_directly |= e.transparent_proxy.dialed_directly;
    if (!e.mode.empty()) out_.mode = e.mode;
    if (!e.protocol.empty()) out_.config["protocol"] = e.protocol;
    if (!e.balance_inbound_connections.empty())
      out_.config["balance_inbound_connections"] = e.balance_inbound_connections;
    for (const auto& [name, value] : {std::pair{"max_inbound_connections", e.max_inbound_connections},
                                      {"local_connect_timeout_ms", e.local_connect_timeout_ms},
                                      {"local_request_timeout_ms", e.local_request_timeout_ms}})
      if (value > 0) out_.config[name] = value;
    out_.extensions.insert(out_.extensions.end(), e.envoy_extensions.begin(), e.envoy_extensions.end());
  }

  void resolve_upstreams(std::set<upstream_key> named) {
    std::map<upstream_key, const ce::upstream_config*> overrides;
    std::optional<ce::upstream_config> all;
    if (defaults_ && defaults_->upstream_config) {
      for (const auto& u : defaults_->upstream_config->overrides) {
        named.emplace(u.name, u.peer);
        overrides[{u.name, u.peer}] = &u;
      }
      all = defaults_->upstream_config->defaults;
    }
    if (all) {
      if (all->mesh_gateway.mode.empty()) all->mesh_gateway = out_.mesh_gateway;
      add_upstream(others_, *all);
    }
    const auto& own_gateway = service_.proxy.mesh_gateway;
    if (!own_gateway.mode.empty()) others_[gateway_key] = json_of(own_gateway);
    if (!others_.empty()) out_.upstreams[{std::string(ce::wildcard), {}}] = others_;
    for (const auto& key : named) {
      auto config = free_json::object();
      if (proxies_ && !proxies_->protocol.empty()) config["protocol"] = lower_case(proxies_->protocol);
      overlay(config, others_);
      auto theirs = ce::as<ce::service_defaults>(entries_(ce::service_defaults::kind_name, key.first));
      if (theirs && !theirs->protocol.empty()) config["protocol"] = theirs->protocol;
      if (!out_.mesh_gateway.mode.empty()) config[gateway_key] = json_of(out_.mesh_gateway);
      if (all) add_upstream(config, *all);
      if (!own_gateway.mode.empty()) config[gateway_key] = json_of(own_gateway);
      if (auto it = overrides.find(key); it != overrides.end()) add_upstream(config, *it->second);
      if (!config.empty()) out_.upstreams[key] = std::move(config);
    }
  }

  const node_service& service_;
  const entry_lookup& entries_;
  std::shared_ptr<const ce::proxy_defaults> proxies_;
  std::shared_ptr<const ce::service_defaults> defaults_;
  central_config out_;
  free_json others_ = free_json::object(); ///< settings of upstreams without own ones
};

/// The mode that an upstream's free-form configuration names.
std::string gateway_mode_of(const free_json& config) {
  auto found = config.find(gateway_key);
  if (found == config.end() || !found->is_object()) return {};
  for (auto i = found->begin(); i != found->end(); ++i)
    if (equal_fold(i.key(), "mode") && i->is_string()) return *i;
  return {};
}

void merge_upstream(upstream& u, const free_json& central) {
  if (u.mesh_gateway.mode.empty()) u.mesh_gateway.mode = gateway_mode_of(central);
  auto& config = u.config.json();
  std::optional<free_json> own_protocol;
  if (config.is_object() && config.contains("protocol")) own_protocol = config["protocol"];
  fill(config, central);
  if (!u.destination_peer.empty()) { // the peer knows the protocol of its service
    config.erase("protocol");
    if (own_protocol) config["protocol"] = *own_protocol;
  }
  config.erase(gateway_key);
}

void merge_upstreams(node_service& s, const central_config& central) {
  std::set<upstream_key> own;
  for (auto& u : s.proxy.upstreams) {
    if (!u.destination_type.empty() && u.destination_type != "service") continue;
    upstream_key key{u.destination_name, u.destination_peer};
    own.insert(key);
    if (auto it = central.upstreams.find(key); it != central.upstreams.end()) merge_upstream(u, it->second);
  }
  if (s.proxy.mode != transparent) return;
  for (const auto& [key, config] : central.upstreams) {
    if (own.contains(key)) continue;
    upstream made;
    made.destination_namespace = made.destination_partition = "default";
    made.destination_name = key.first;
    made.destination_peer = key.second;
    made.config = free_form(config);
    made.mesh_gateway.mode = gateway_mode_of(config);
    made.centrally_configured = true;
    s.proxy.upstreams.push_back(std::move(made));
  }
}

void merge_access_logs(std::optional<access_logs_config>& own, const access_logs_config& central) {
  if (central == access_logs_config{}) return;
  if (!own) own.emplace();
  own->enabled |= central.enabled;
  own->disable_listener_logs |= central.disable_listener_logs;
  for (auto member : {&access_logs_config::type, &access_logs_config::path, &access_logs_config::json_format,
                      &access_logs_config::text_format})
    if ((*own.*member).empty()) *own.*member = central.*member;
}

} // namespace

bool takes_central_config(const node_service& s) {
  return s.kind == sidecar_kind || s.kind == "mesh-gateway" || s.kind == "terminating-gateway" ||
         s.kind == "ingress-gateway" || s.kind == "api-gateway";
}

node_service merged_with_central_config(const node_service& s, const entry_lookup& entries) {
  auto central = resolver(s, entries).resolve();
  auto out = s;
  auto& p = out.proxy;
  if (!central.config.empty()) fill(p.config.json(), central.config);
  p.expose.checks |= central.expose.checks;
  if (p.expose.paths.empty()) p.expose.paths = central.expose.paths;
  merge_access_logs(p.access_logs, central.access_logs);
  p.envoy_extensions = central.extensions;
  for (auto& e : p.envoy_extensions) {
    e.consul_version.clear();
    e.envoy_version.clear();
  }
  if (p.mesh_gateway.mode.empty()) p.mesh_gateway.mode = central.mesh_gateway.mode;
  if (p.mode.empty()) p.mode = central.mode;
  if (central.transparent_proxy != transparent_proxy_config{}) {
    if (!p.transparent_proxy) p.transparent_proxy.emplace();
    if (p.transparent_proxy->outbound_listener_port == 0)
      p.transparent_proxy->outbound_listener_port = central.transparent_proxy.outbound_listener_port;
    p.transparent_proxy->dialed_directly |= central.transparent_proxy.dialed_directly;
  }
  merge_upstreams(out, central);
  return out;
}

} // namespace praetor::mesh
