#pragma once

#include "protocol/types/config_entries/parts.hpp"

namespace praetor::config_entries {

/// Requirements on tokens belong to the Enterprise edition: a struct without fields.
struct gateway_jwt_requirement {
  static constexpr std::string_view type_name = "APIGatewayJWTRequirement";

  template <class F, class Self>
  static void fields(F&&, Self&) {}
  bool operator==(const gateway_jwt_requirement&) const = default;
};
struct gateway_policy {
  static constexpr std::string_view type_name = "APIGatewayPolicy";

  std::optional<gateway_jwt_requirement> jwt;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"JWT", omit_empty}, x.jwt);
  }
  bool operator==(const gateway_policy&) const = default;
};
struct api_gateway_tls {
  static constexpr std::string_view type_name = "APIGatewayTLSConfiguration";

  std::vector<resource_reference> certificates;
  std::string greatest_version, least_version;
  string_list cipher_suites;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Certificates", null_if_empty}, x.certificates);
    f(field{"MaxVersion"}, x.greatest_version);
    f(field{"MinVersion"}, x.least_version);
    f(field{"CipherSuites", null_if_empty}, x.cipher_suites);
  }
  bool operator==(const api_gateway_tls&) const = default;
};
struct api_gateway_listener {
  static constexpr std::string_view type_name = "APIGatewayListener";

  std::string name, hostname;
  std::int64_t port = 0;
  std::string protocol;
  api_gateway_tls tls;
  std::optional<gateway_policy> override_policy, default_policy;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Name"}, x.name);
    f(field{"Hostname"}, x.hostname);
    f(field{"Port"}, x.port);
    f(field{"Protocol"}, x.protocol);
    f(field{"TLS"}, x.tls);
    f(field{"Override", omit_empty}, x.override_policy);
    f(field{"Default", omit_empty}, x.default_policy);
  }
  bool operator==(const api_gateway_listener&) const = default;
};

/// A gateway whose routes are entries of their own.
struct api_gateway : config_entry {
  static constexpr std::string_view kind_name = "api-gateway", type_name = "APIGatewayConfigEntry";

  std::vector<api_gateway_listener> listeners;
  entry_status status;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    head(f, x);
    f(field{"Listeners", null_if_empty}, x.listeners);
    f(field{"Status"}, x.status);
    tail(f, x);
  }
  expected<void> normalize();
  expected<void> validate() const;
};

} // namespace praetor::config_entries
