#include "protocol/config/definition_validation.hpp"

#include <algorithm>
#include <set>
#include <vector>

#include "protocol/base/ip_address.hpp"
#include "protocol/config/error_list.hpp"
#include "protocol/types/names.hpp"

namespace praetor::config {

bool is_script(const check_definition& c) { return !c.script_args.empty() || !c.args.empty(); }
bool is_alias(const check_definition& c) { return !c.alias_node.empty() || !c.alias_service.empty(); }

namespace {

/// @param runs the check runs a command, on the host or in a container
template <class Definition>
std::string kind_of(const Definition& c, bool runs) {
  if (!c.grpc.empty()) return "grpc";
  if (!c.http.empty()) return "http";
  if (c.ttl.count() > 0) return "ttl";
  if (!c.tcp.empty()) return "tcp";
  if (!c.udp.empty()) return "udp";
  if (!c.alias_node.empty() || !c.alias_service.empty()) return "alias";
  if (runs) return c.docker_container_id.empty() ? "script" : "docker";
  if (!c.h2ping.empty()) return "h2ping";
  if (!c.os_service.empty()) return "os_service";
  return {};
}

} // namespace

std::string type_of(const check_definition& c) { return kind_of(c, is_script(c)); }
std::string type_of(const health_check_definition& d) {
  return kind_of(d, !d.script_args.empty() || !d.docker_container_id.empty());
}

expected<void> validate(const check_definition& c) {
  for (auto [name, text] : {std::pair{"Name", &c.name},
                            {"CheckID", &c.id},
                            {"CheckID", &c.check_id},
                            {"ServiceID", &c.service_id},
                            {"Status", &c.status},
                            {"AliasNode", &c.alias_node},
                            {"AliasService", &c.alias_service}})
    if (auto fault = fault_in_name(name, *text)) return fail(std::move(*fault));
  bool polled = is_script(c) || !c.http.empty() || !c.tcp.empty() || !c.udp.empty() || !c.grpc.empty() ||
                !c.h2ping.empty() || !c.os_service.empty();
  bool has_ttl = c.ttl.count() > 0, has_interval = c.interval.count() > 0;
  if (has_interval && has_ttl) return fail("Interval and TTL cannot both be specified");
  if (polled && !has_interval)
    return fail("Interval must be > 0 for Script, HTTP, H2PING, TCP, UDP or OSService checks");
  if (polled && is_alias(c)) return fail("Interval cannot be set for Alias checks");
  if (is_alias(c) && has_ttl) return fail("TTL must be not be set for Alias checks");
  if (!polled && !is_alias(c) && !has_ttl) return fail("TTL must be > 0 for TTL checks");
  if (c.output_max_size < 0) return fail("MaxOutputMaxSize must be positive");
  if (c.failures_before_warning.value_or(0) > c.failures_before_critical)
    return fail("FailuresBeforeWarning can't be higher than FailuresBeforeCritical");
  return {};
}

std::optional<std::string> fault_in_meta(const string_map& meta) {
  if (meta.size() > 64) return "Node metadata cannot contain more than 64 key/value pairs";
  auto fault_in_pair = [](const std::string& key, const std::string& text) -> const char* {
    auto allowed = [](unsigned char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    if (key.empty()) return "Key cannot be blank";
    if (!std::ranges::all_of(key, allowed)) return "Key contains invalid characters";
    if (key.size() > 128) return "Key is too long (limit: 128 characters)";
    if (key.starts_with("consul-")) return "Key prefix 'consul-' is reserved for internal use";
    if (text.size() > 512) return "Value is too long (limit: 512 characters)";
    return nullptr;
  };
  for (const auto& [key, text] : meta)
    if (const auto* fault = fault_in_pair(key, text))
      return "Couldn't load metadata pair ('" + key + "', '" + text + "'): " + fault;
  return std::nullopt;
}

std::optional<std::string> fault_in_weights(const weights_definition& w) {
  if (w.passing < 1) return "Passing must be greater than 0";
  if (w.warning < 0) return "Warning must be greater or equal than 0";
  if (w.passing > 65535 || w.warning > 65535) return "DNS Weight must be between 0 and 65535";
  return std::nullopt;
}

std::optional<std::string> fault_in_socket_mode(const std::string& mode) {
  if (mode.size() <= 5 && std::ranges::all_of(mode, [](char c) { return c >= '0' && c <= '7'; })) return std::nullopt;
  return "local_bind_socket_mode: invalid mode: " + mode;
}

std::optional<std::string> fault_in_gateway_mode(const std::string& mode) {
  if (mode.empty() || mode == "none" || mode == "local" || mode == "remote") return std::nullopt;
  return "Invalid Mesh Gateway Mode: " + praetor::quoted(mode);
}

std::optional<std::string> fault_in_proxy_mode(const std::string& mode) {
  if (mode.empty() || mode == "direct" || mode == "transparent") return std::nullopt;
  return "Invalid Proxy Mode: " + praetor::quoted(mode);
}

std::optional<std::string> fault_in_tagged_addresses(const std::map<std::string, service_address>& addresses) {
  for (const auto& [name, a] : addresses) {
    bool v4 = name == "lan_ipv4" || name == "wan_ipv4", v6 = name == "lan_ipv6";
    auto ip = ip_address::parse(a.address);
    if (v4 && (!ip || !ip->is_v4))
      return "Service tagged address " + praetor::quoted(name) + " must be a valid ipv4 address";
    if (v6 && (!ip || ip->is_v4))
      return "Service tagged address " + praetor::quoted(name) + " must be a valid ipv6 address";
  }
  return std::nullopt;
}

namespace {

using faults = std::vector<std::string>;

void check_upstreams(const proxy_definition& proxy, faults& out) {
  std::set<std::string> seen, bound;
  for (const auto& u : proxy.upstreams) {
    auto type = u.destination_type.empty() ? "service" : u.destination_type;
    if (type != "service" && type != "prepared_query") {
      out.push_back("unknown upstream destination type: " + praetor::quoted(type));
      continue;
    }
    if (u.destination_name.empty()) {
      out.push_back("upstream destination name cannot be empty");
      continue;
    }
    if (u.destination_name == "*") {
      out.push_back("upstream destination name cannot be a wildcard");
      continue;
    }
    if (u.local_bind_port == 0 && u.local_bind_socket_path.empty()) {
      out.push_back("upstream local bind port or local socket path must be defined and nonzero");
      continue;
    }
    auto address = u.local_bind_address.empty() ? std::string("127.0.0.1") : u.local_bind_address;
    auto place = u.local_bind_port == 0 ? u.local_bind_socket_path : address + ":" + std::to_string(u.local_bind_port);
    bool fresh = bound.insert(place).second;
    auto q = [](const std::string& t) { return praetor::quoted(t); };
    auto identity = "[type=" + q(type) + ", name=" + q(u.destination_name) +
                    ", partition=" + q(u.destination_partition) + ", namespace=" + q(u.destination_namespace) +
                    ", peer=" + q(u.destination_peer) + ", datacenter=" + q(u.datacenter) + "]";
    if (!seen.insert(identity).second)
      out.push_back("upstreams cannot contain duplicates of " + identity);
    else if (!fresh)
      out.push_back("upstreams cannot contain duplicates by local bind address and port or unix path; " + q(place) +
                    " is specified twice");
  }
}

void check_exposed_paths(const proxy_definition& proxy, faults& out) {
  std::set<std::int64_t> ports;
  for (const auto& p : proxy.expose.paths) {
    if (p.path.empty()) out.push_back("expose.paths: empty path exposed");
    if (!ports.insert(p.listener_port).second) out.push_back("expose.paths: duplicate listener ports exposed");
    if (p.listener_port <= 0 || p.listener_port > 65535)
      out.push_back("expose.paths: invalid listener port: " + std::to_string(p.listener_port));
    auto protocol = lower_case(p.protocol);
    if (!protocol.empty() && protocol != "http" && protocol != "http2")
      out.push_back("protocol '" + protocol + "' not supported for path: " + p.path + ", must be in: [http http2]");
  }
}

void check_connect_proxy(const service_definition& s, const proxy_definition& proxy, faults& out) {
  if (s.port == 0 && s.socket_path.empty()) out.push_back("Port or SocketPath must be set for a " + s.kind);
  bool blank = proxy.destination_service_name.find_first_not_of(" \t\r\n") == std::string::npos;
  if (blank) out.push_back("Proxy.DestinationServiceName must be non-empty for Connect proxy services");
  if (proxy.destination_service_name == "*")
    out.push_back("Proxy.DestinationServiceName must not be a wildcard for Connect proxy services");
  if (s.connect && s.connect->native) out.push_back("A Proxy cannot also be Connect Native, only typical services");
  check_upstreams(proxy, out);
  check_exposed_paths(proxy, out);
}

void check_gateway(const service_definition& s, const proxy_definition& proxy, faults& out) {
  bool needs_port = s.kind == "mesh-gateway" || s.kind == "terminating-gateway";
  if (needs_port && s.port == 0) out.push_back("Port must be non-zero for a " + s.kind);
  if (s.connect && s.connect->sidecar_service) out.push_back("A " + s.kind + " cannot have a sidecar service defined");
  auto refuse = [&](bool given, const char* name) {
    if (given) out.push_back("The Proxy." + std::string(name) + " configuration is invalid for a " + s.kind);
  };
  refuse(!proxy.destination_service_name.empty(), "DestinationServiceName");
  refuse(!proxy.destination_service_id.empty(), "DestinationServiceID");
  refuse(!proxy.local_service_address.empty(), "LocalServiceAddress");
  refuse(proxy.local_service_port != 0, "LocalServicePort");
  refuse(!proxy.local_service_socket_path.empty(), "LocalServiceSocketPath");
  refuse(!proxy.upstreams.empty(), "Upstreams");
}

bool is_gateway(const std::string& kind) {
  return kind == "mesh-gateway" || kind == "terminating-gateway" || kind == "ingress-gateway" || kind == "api-gateway";
}

} // namespace

expected<void> validate(const service_definition& s) {
  faults found;
  static const proxy_definition none;
  const auto& proxy = s.proxy ? *s.proxy : none;
  for (auto [name, text] : {std::pair{"ID", &s.id},
                            {"Name", &s.name},
                            {"Kind", &s.kind},
                            {"Proxy.DestinationServiceName", &proxy.destination_service_name}})
    if (auto fault = fault_in_name(name, *text)) found.push_back(std::move(*fault));
  if (s.kind == "connect-proxy") check_connect_proxy(s, proxy, found);
  if (is_gateway(s.kind)) check_gateway(s, proxy, found);
  if (s.connect && s.connect->native && s.port == 0 && s.socket_path.empty())
    found.push_back("Port or SocketPath must be set for a Connect native service.");
  if (s.locality && s.locality->region.empty() && !s.locality->zone.empty())
    found.push_back("zone cannot be set without region");
  if (!found.empty()) return fail(list_of_errors(found));
  for (const auto& c : s.all_checks())
    if (auto good = validate(c); !good) return fail("check " + praetor::quoted(c.name) + ": " + good.error().text);
  return {};
}

} // namespace praetor::config
