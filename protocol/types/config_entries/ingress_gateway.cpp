#include "protocol/types/config_entries/ingress_gateway.hpp"

#include "protocol/base/quoted.hpp"

#include <set>

namespace praetor::config_entries {

namespace {

std::string on_port(const ingress_listener& l) { return "listener on port " + std::to_string(l.port); }
std::string in_parentheses(const ingress_listener& l) { return " (" + on_port(l) + ")"; }
std::string of_service(const ingress_service& s, const ingress_listener& l) {
  return " (service " + praetor::quoted(s.name) + " on " + on_port(l) + ")";
}

bool names_cluster(const std::optional<gateway_sds>& sds) { return sds && !sds->cluster_name.empty(); }
bool names_certificate(const std::optional<gateway_sds>& sds) { return sds && !sds->cert_resource.empty(); }

expected<void> check_sds(const ingress_gateway& e, const ingress_listener& l, const ingress_service& s) {
  const auto& gateway = e.tls.sds;
  const auto listener = l.tls ? l.tls->sds : std::nullopt;
  const auto service = s.tls ? s.tls->sds : std::nullopt;
  if (!names_cluster(gateway) && names_certificate(gateway))
    return fail("TLS.SDS.ClusterName is required if CertResource is set");
  if (names_cluster(gateway) && !names_certificate(gateway) && !names_certificate(listener))
    return fail("TLS.SDS.CertResource is required if ClusterName is set for gateway" + in_parentheses(l));
  if (names_cluster(listener) && !names_certificate(listener))
    return fail("TLS.SDS.CertResource is required if ClusterName is set for listener" + in_parentheses(l));
  if (names_certificate(listener) && !names_cluster(listener) && !names_cluster(gateway))
    return fail("TLS.SDS.ClusterName is required if CertResource is set" + in_parentheses(l));
  if (!names_certificate(service)) return {};
  if (s.hosts.empty())
    return fail("A service specifying TLS.SDS.CertResource must have at least one item in Hosts" + of_service(s, l));
  if (!names_cluster(service) && !names_cluster(listener) && !names_cluster(gateway))
    return fail("TLS.SDS.ClusterName is required if CertResource is set" + of_service(s, l));
  return {};
}

expected<void> check_host(const std::string& host, bool with_tls) {
  if (host == "*") {
    if (!with_tls) return {};
    return fail("Host '*' is not allowed when TLS is enabled, all hosts must be valid DNS records to add as a DNSSAN");
  }
  if (!is_domain_name(host)) return fail("Host " + praetor::quoted(host) + " must be a valid DNS hostname");
  if (host.find('*', host.starts_with("*.") ? 1 : 0) != host.npos)
    return fail("Host " + praetor::quoted(host) +
                " is not valid, a wildcard specifier is only allowed as the leftmost label");
  return {};
}

expected<void> check_service(const ingress_listener& l, const ingress_service& s) {
  for (const auto& [headers, name] : {std::pair{&s.request_headers, "request"}, {&s.response_headers, "response"}})
    if (*headers && !(*headers)->empty() && !is_http_like(l.protocol))
      return fail(std::string(name) + " headers only valid for http, http2 and grpc protocols" + of_service(s, l));
  if (l.protocol == "tcp") {
    if (s.name == wildcard)
      return fail("Wildcard service name is only valid for protocol = 'http'" + in_parentheses(l));
    if (!s.hosts.empty())
      return fail("Associating hosts to a service is not supported for the tcp protocol" + in_parentheses(l));
  }
  if (s.name.empty()) return fail("Service name cannot be blank" + in_parentheses(l));
  if (s.name == wildcard && !s.hosts.empty())
    return fail("Associating hosts to a wildcard service is not supported" + in_parentheses(l));
  return {};
}

expected<void> check_services(const ingress_gateway& e, const ingress_listener& l) {
  std::set<std::string_view> hosts, names;
  for (const auto& s : l.services) {
    if (auto good = check_service(l, s); !good) return good;
    if (!names.insert(s.name).second)
      return fail("Service " + s.name + " cannot be added multiple times" + in_parentheses(l));
    if (auto good = check_sds(e, l, s); !good) return good;
    for (const auto& host : s.hosts) {
      if (!hosts.insert(host).second)
        return fail("Hosts must be unique within a specific listener" + in_parentheses(l));
      if (auto good = check_host(host, e.tls.enabled); !good) return good;
    }
  }
  return {};
}

expected<void> check_listener(const ingress_gateway& e, const ingress_listener& l) {
  if (l.protocol != "tcp" && !is_http_like(l.protocol))
    return fail("protocol must be 'tcp', 'http', 'http2', or 'grpc'. '" + l.protocol + "' is an unsupported protocol");
  if (l.services.empty()) return fail("No service declared for listener with port " + std::to_string(l.port));
  if (!is_http_like(l.protocol) && l.services.size() > 1)
    return fail("Multiple services per listener are only supported for L7 protocols, 'http', 'grpc' and 'http2'" +
                in_parentheses(l));
  if (l.tls)
    if (auto good = check_tls(l.tls->least_version, l.tls->greatest_version, l.tls->cipher_suites); !good) return good;
  return check_services(e, l);
}

} // namespace

expected<void> ingress_gateway::normalize() {
  for (auto& l : listeners) l.protocol = l.protocol.empty() ? "tcp" : lower_case(l.protocol);
  return {};
}

expected<void> ingress_gateway::validate() const {
  if (auto good = check_meta(meta).result(); !good) return good;
  if (auto good = check_tls(tls.least_version, tls.greatest_version, tls.cipher_suites); !good) return good;
  std::set<std::int64_t> ports;
  for (const auto& l : listeners) {
    if (!ports.insert(l.port).second) return fail("port " + std::to_string(l.port) + " declared on two listeners");
    if (auto good = check_listener(*this, l); !good) return good;
  }
  return {};
}

string_list ingress_gateway::related_services() const {
  string_list out;
  for (const auto& l : listeners)
    for (const auto& s : l.services)
      if (s.name != wildcard) out.push_back(s.name);
  return out;
}

} // namespace praetor::config_entries
