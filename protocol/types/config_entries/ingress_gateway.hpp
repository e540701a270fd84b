#pragma once

#include "protocol/types/config_entries/parts.hpp"

namespace praetor::config_entries {

/// Certificates that proxies fetch from a secret discovery service.
struct gateway_sds {
  static constexpr std::string_view type_name = "GatewayTLSSDSConfig";

  std::string cluster_name, cert_resource;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field::aliased("ClusterName", "cluster_name", omit_empty), x.cluster_name);
    f(field::aliased("CertResource", "cert_resource", omit_empty), x.cert_resource);
  }
  bool operator==(const gateway_sds&) const = default;
};
struct gateway_tls {
  static constexpr std::string_view type_name = "GatewayTLSConfig";

  bool enabled = false;
  std::optional<gateway_sds> sds;
  std::string least_version, greatest_version;
  string_list cipher_suites;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Enabled"}, x.enabled);
    f(field{"SDS", omit_empty}, x.sds);
    f(field::aliased("TLSMinVersion", "tls_min_version", omit_empty), x.least_version);
    f(field::aliased("TLSMaxVersion", "tls_max_version", omit_empty), x.greatest_version);
    f(field::aliased("CipherSuites", "cipher_suites", omit_empty), x.cipher_suites);
  }
  bool operator==(const gateway_tls&) const = default;
};
struct gateway_service_tls {
  static constexpr std::string_view type_name = "GatewayServiceTLSConfig";

  std::optional<gateway_sds> sds;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"SDS", omit_empty}, x.sds);
  }
  bool operator==(const gateway_service_tls&) const = default;
};

struct ingress_service {
  std::string name;
  string_list hosts;
  std::optional<gateway_service_tls> tls;
  std::optional<header_modifiers> request_headers, response_headers;
  std::uint32_t max_connections = 0, max_pending_requests = 0, max_concurrent_requests = 0;
  std::optional<config_entries::passive_health_check> passive_health_check;
  string_map meta;
  [[no_unique_address]] enterprise_meta enterprise;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Name"}, x.name);
    f(field{"Hosts", null_if_empty}, x.hosts);
    f(field{"TLS", omit_empty}, x.tls);
    f(field::aliased("RequestHeaders", "request_headers", omit_empty), x.request_headers);
    f(field::aliased("ResponseHeaders", "response_headers", omit_empty), x.response_headers);
    f(field::aliased("MaxConnections", "max_connections", omit_empty), x.max_connections);
    f(field::aliased("MaxPendingRequests", "max_pending_requests", omit_empty), x.max_pending_requests);
    f(field::aliased("MaxConcurrentRequests", "max_concurrent_requests", omit_empty), x.max_concurrent_requests);
    f(field::aliased("PassiveHealthCheck", "passive_health_check", omit_empty), x.passive_health_check);
    f(field{"Meta", omit_empty}, x.meta);
    f(field{"EnterpriseMeta", only_hashed}, x.enterprise);
  }
  bool operator==(const ingress_service&) const = default;
};
struct ingress_listener {
  std::int64_t port = 0;
  std::string protocol;
  std::optional<gateway_tls> tls;
  std::vector<ingress_service> services;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Port"}, x.port);
    f(field{"Protocol"}, x.protocol);
    f(field{"TLS", omit_empty}, x.tls);
    f(field{"Services", null_if_empty}, x.services);
  }
  bool operator==(const ingress_listener&) const = default;
};
/// Limits for services that have none of their own.
struct ingress_service_config {
  std::uint32_t max_connections = 0, max_pending_requests = 0, max_concurrent_requests = 0;
  std::optional<config_entries::passive_health_check> passive_health_check;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"MaxConnections"}, x.max_connections);
    f(field{"MaxPendingRequests"}, x.max_pending_requests);
    f(field{"MaxConcurrentRequests"}, x.max_concurrent_requests);
    f(field::aliased("PassiveHealthCheck", "passive_health_check", omit_empty), x.passive_health_check);
  }
  bool operator==(const ingress_service_config&) const = default;
};

/// A gateway through which clients outside of the mesh reach services.
struct ingress_gateway : config_entry {
  static constexpr std::string_view kind_name = "ingress-gateway", type_name = "IngressGatewayConfigEntry";

  gateway_tls tls;
  std::vector<ingress_listener> listeners;
  std::optional<ingress_service_config> defaults;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    head(f, x);
    f(field{"TLS"}, x.tls);
    f(field{"Listeners", null_if_empty}, x.listeners);
    f(field{"Defaults", omit_empty}, x.defaults);
    tail(f, x);
  }
  expected<void> normalize();
  expected<void> validate() const;
  string_list related_services() const;
};

} // namespace praetor::config_entries
