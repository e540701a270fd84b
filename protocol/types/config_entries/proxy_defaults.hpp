#pragma once

#include "protocol/types/config_entries/parts.hpp"

namespace praetor::config_entries {

/// What holds for all proxies. There is one, with the name "global".
struct proxy_defaults : config_entry {
  static constexpr std::string_view kind_name = "proxy-defaults", type_name = "ProxyConfigEntry";
  static constexpr std::string_view only_name = "global";

  free_form config;
  std::string protocol; ///< that `config` names
  std::string mode;
  transparent_proxy_config transparent_proxy;
  std::string mutual_tls_mode;
  mesh_gateway_config mesh_gateway;
  expose_config expose;
  access_logs_config access_logs;
  std::vector<envoy_extension> envoy_extensions;
  std::optional<config_entries::failover_policy> failover_policy;
  std::optional<locality_preference> prioritize_by_locality;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    head(f, x);
    f(field{"Config", no_filter}, x.config);
    f(field{"Protocol", no_json}, x.protocol);
    f(field{"Mode", omit_empty}, x.mode);
    f(field::aliased("TransparentProxy", "transparent_proxy"), x.transparent_proxy);
    f(field::aliased("MutualTLSMode", "mutual_tls_mode", omit_empty), x.mutual_tls_mode);
    f(field::aliased("MeshGateway", "mesh_gateway"), x.mesh_gateway);
    f(field{"Expose"}, x.expose);
    f(field::aliased("AccessLogs", "access_logs"), x.access_logs);
    f(field::aliased("EnvoyExtensions", "envoy_extensions", omit_empty), x.envoy_extensions);
    f(field::aliased("FailoverPolicy", "failover_policy", omit_empty), x.failover_policy);
    f(field::aliased("PrioritizeByLocality", "prioritize_by_locality", omit_empty), x.prioritize_by_locality);
    tail(f, x);
  }
  expected<void> normalize();
  expected<void> validate() const;
};

} // namespace praetor::config_entries
