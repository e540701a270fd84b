#pragma once

#include "protocol/types/config_entries/parts.hpp"

namespace praetor::config_entries {

/// Limits on what a proxy sends to an upstream.
struct upstream_limits {
  std::optional<std::int64_t> max_connections, max_pending_requests, max_concurrent_requests;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field::aliased("MaxConnections", "max_connections", omit_empty), x.max_connections);
    f(field::aliased("MaxPendingRequests", "max_pending_requests", omit_empty), x.max_pending_requests);
    f(field::aliased("MaxConcurrentRequests", "max_concurrent_requests", omit_empty), x.max_concurrent_requests);
  }
  bool operator==(const upstream_limits&) const = default;
};

/// How a service's proxies treat one upstream, or all.
struct upstream_config {
  std::string name;
  [[no_unique_address]] enterprise_meta enterprise;
  std::string peer;
  std::string envoy_listener_json, envoy_cluster_json;
  std::string protocol;
  std::int64_t connect_timeout_ms = 0;
  std::optional<upstream_limits> limits;
  std::optional<config_entries::passive_health_check> passive_health_check;
  mesh_gateway_config mesh_gateway;
  std::string balance_outbound_connections;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Name", omit_empty}, x.name);
    f(field{"EnterpriseMeta", only_hashed}, x.enterprise);
    f(field{"Peer"}, x.peer);
    f(field::aliased("EnvoyListenerJSON", "envoy_listener_json", omit_empty), x.envoy_listener_json);
    f(field::aliased("EnvoyClusterJSON", "envoy_cluster_json", omit_empty), x.envoy_cluster_json);
    f(field{"Protocol", omit_empty}, x.protocol);
    f(field::aliased("ConnectTimeoutMs", "connect_timeout_ms", omit_empty), x.connect_timeout_ms);
    f(field{"Limits", omit_empty}, x.limits);
    f(field::aliased("PassiveHealthCheck", "passive_health_check", omit_empty), x.passive_health_check);
    f(field::aliased("MeshGateway", "mesh_gateway"), x.mesh_gateway);
    f(field::aliased("BalanceOutboundConnections", "balance_outbound_connections", omit_empty),
      x.balance_outbound_connections);
  }
  bool operator==(const upstream_config&) const = default;
};
struct upstream_configuration {
  std::vector<upstream_config> overrides;
  std::optional<upstream_config> defaults;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Overrides", omit_empty}, x.overrides);
    f(field{"Defaults", omit_empty}, x.defaults);
  }
  bool operator==(const upstream_configuration&) const = default;
};

/// A service outside of the mesh.
struct destination_config {
  string_list addresses;
  std::int64_t port = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Addresses", omit_empty}, x.addresses);
    f(field{"Port", omit_empty}, x.port);
  }
  bool operator==(const destination_config&) const = default;
};

// Rate limits are known and refused: they belong to the Enterprise edition.
struct route_rate_limits {
  static constexpr std::string_view type_name = "InstanceLevelRouteRateLimits";

  std::string path_exact, path_prefix, path_regex;
  std::int64_t requests_per_second = 0, requests_max_burst = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field::aliased("PathExact", "path_exact"), x.path_exact);
    f(field::aliased("PathPrefix", "path_prefix"), x.path_prefix);
    f(field::aliased("PathRegex", "path_regex"), x.path_regex);
    f(field::aliased("RequestsPerSecond", "requests_per_second"), x.requests_per_second);
    f(field::aliased("RequestsMaxBurst", "requests_max_burst"), x.requests_max_burst);
  }
  bool operator==(const route_rate_limits&) const = default;
};
struct instance_rate_limits {
  static constexpr std::string_view type_name = "InstanceLevelRateLimits";

  std::int64_t requests_per_second = 0, requests_max_burst = 0;
  std::vector<route_rate_limits> routes;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field::aliased("RequestsPerSecond", "requests_per_second"), x.requests_per_second);
    f(field::aliased("RequestsMaxBurst", "requests_max_burst"), x.requests_max_burst);
    f(field{"Routes", null_if_empty}, x.routes);
  }
  bool operator==(const instance_rate_limits&) const = default;
};
struct rate_limits {
  instance_rate_limits instance_level;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field::aliased("InstanceLevel", "instance_level"), x.instance_level);
  }
  bool operator==(const rate_limits&) const = default;
};

/// What holds for all instances of a service.
struct service_defaults : config_entry {
  static constexpr std::string_view kind_name = "service-defaults", type_name = "ServiceConfigEntry";

  std::string protocol, mode;
  transparent_proxy_config transparent_proxy;
  std::string mutual_tls_mode;
  mesh_gateway_config mesh_gateway;
  expose_config expose;
  std::string external_sni;
  std::optional<config_entries::upstream_configuration> upstream_config;
  std::optional<destination_config> destination;
  std::int64_t max_inbound_connections = 0, local_connect_timeout_ms = 0, local_request_timeout_ms = 0;
  std::string balance_inbound_connections;
  std::optional<config_entries::rate_limits> rate_limits;
  std::vector<envoy_extension> envoy_extensions;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    head(f, x);
    f(field{"Protocol"}, x.protocol);
    f(field{"Mode", omit_empty}, x.mode);
    f(field::aliased("TransparentProxy", "transparent_proxy"), x.transparent_proxy);
    f(field::aliased("MutualTLSMode", "mutual_tls_mode", omit_empty), x.mutual_tls_mode);
    f(field::aliased("MeshGateway", "mesh_gateway"), x.mesh_gateway);
    f(field{"Expose"}, x.expose);
    f(field::aliased("ExternalSNI", "external_sni", omit_empty), x.external_sni);
    f(field::aliased("UpstreamConfig", "upstream_config", omit_empty), x.upstream_config);
    f(field{"Destination", omit_empty}, x.destination);
    f(field::aliased("MaxInboundConnections", "max_inbound_connections", omit_empty), x.max_inbound_connections);
    f(field::aliased("LocalConnectTimeoutMs", "local_connect_timeout_ms", omit_empty), x.local_connect_timeout_ms);
    f(field::aliased("LocalRequestTimeoutMs", "local_request_timeout_ms", omit_empty), x.local_request_timeout_ms);
    f(field::aliased("BalanceInboundConnections", "balance_inbound_connections", omit_empty),
      x.balance_inbound_connections);
    f(field::aliased("RateLimits", "rate_limits", omit_empty), x.rate_limits);
    f(field::aliased("EnvoyExtensions", "envoy_extensions", omit_empty), x.envoy_extensions);
    tail(f, x);
  }
  expected<void> normalize();
  expected<void> validate() const;
};

} // namespace praetor::config_entries
