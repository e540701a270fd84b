#include "protocol/config/debug_definitions.hpp"

#include "protocol/config/hidden.hpp"

#include <array>
#include <nlohmann/json.hpp>

namespace praetor::config {

using nlohmann::json;

json locality_view(const std::optional<praetor::locality>& l) {
  if (!l) return nullptr;
  return {{"Region", l->region}, {"Zone", l->zone}};
}

namespace {

json value_view(const nanoseconds& d) { return duration_to_text(d); }
template <class T>
json value_view(const std::optional<T>& value) {
  return value ? json(*value) : json(nullptr);
}
template <class T>
json value_view(const T& value) {
  return value;
}

json check_view(check_definition c, bool inside_service) {
  if (inside_service) c.check_id = c.id;
  c.token = hidden;
  c.failures_before_warning = c.failures_before_warning.value_or(c.failures_before_critical);
  c.h2ping_use_tls = c.h2ping_use_tls.value_or(!c.h2ping.empty());
  json out;
  check_definition::fields([&](const field& f, const auto& member) { out[std::string(f.name)] = value_view(member); },
                           c);
  out.erase("Args");
  const auto absent =
      inside_service ? std::array{"ID", "ServiceID", "Token"} : std::array{"CheckID", "ProxyGRPC", "ProxyHTTP"};
  for (const auto* name : absent) out.erase(name);
  if (!inside_service) out["EnterpriseMeta"] = json::object();
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

} // namespace

json or_empty(const free_form& v) { return v.is_null() ? json::object() : v.json(); }

void add_definitions(json& view, const runtime_config& c) {
  auto services = json::array(), checks = json::array(), watches = json::array();
  for (const auto& s : c.services) services.push_back(service_view(s));
  for (const auto& check : c.checks) checks.push_back(check_view(check, false));
  for (std::size_t i = 0; i < c.watches.size(); ++i) watches.push_back(json::object()); // may hold tokens
  view["Services"] = services;
  view["Checks"] = checks;
  view["Watches"] = watches;
}

} // namespace praetor::config
