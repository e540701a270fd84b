#include "frontends/api/routes.hpp"

#include <array>

namespace praetor::api::unbuilt_endpoints {

namespace {

void unbuilt(const call& c) {
  respond_error(
      c, c.req.method + " " + c.req.path + " is part of Consul's API but not available in this release of Praetor",
      501);
}

constexpr route row(std::string_view method, std::string_view path) {
  return {.method = method, .path = path, .endpoint = unbuilt, .available = false};
}

/// A row that requires ACLs to be enabled.
constexpr route acl_row(std::string_view method, std::string_view path) {
  auto out = row(method, path);
  out.checks = {feature::acls};
  return out;
}

constexpr route public_row(route r) {
  r.public_route = true;
  return r;
}

constexpr std::array rows{
    acl_row("GET", "/v1/acl/auth-methods"),
    acl_row("PUT", "/v1/acl/auth-method"),
    acl_row("GET", "/v1/acl/auth-method/"),
    acl_row("PUT", "/v1/acl/auth-method/"),
    acl_row("DELETE", "/v1/acl/auth-method/"),
    acl_row("GET", "/v1/acl/binding-rules"),
    acl_row("PUT", "/v1/acl/binding-rule"),
    acl_row("GET", "/v1/acl/binding-rule/"),
    acl_row("PUT", "/v1/acl/binding-rule/"),
    acl_row("DELETE", "/v1/acl/binding-rule/"),
    public_row(acl_row("POST", "/v1/acl/login")),
    public_row(acl_row("POST", "/v1/acl/logout")),
    row("POST", "/v1/agent/connect/authorize"),
    row("GET", "/v1/agent/connect/ca/leaf/"),
    row("GET", "/v1/catalog/gateway-services/"),
    row("PUT", "/v1/config"),
    row("GET", "/v1/config/"),
    row("DELETE", "/v1/config/"),
    row("GET", "/v1/connect/ca/configuration"),
    row("PUT", "/v1/connect/ca/configuration"),
    row("GET", "/v1/connect/intentions"),
    row("POST", "/v1/connect/intentions"),
    row("GET", "/v1/connect/intentions/"),
    row("PUT", "/v1/connect/intentions/"),
    row("DELETE", "/v1/connect/intentions/"),
    row("GET", "/v1/connect/intentions/check"),
    row("GET", "/v1/connect/intentions/exact"),
    row("PUT", "/v1/connect/intentions/exact"),
    row("DELETE", "/v1/connect/intentions/exact"),
    row("GET", "/v1/connect/intentions/match"),
    row("GET", "/v1/discovery-chain/"),
    row("POST", "/v1/discovery-chain/"),
    row("GET", "/v1/exported-services"),
    row("GET", "/v1/health/ingress/"),
    row("GET", "/v1/internal/"),
    row("PUT", "/v1/internal/"),
    row("POST", "/v1/internal/"),
    row("GET", "/v1/peering"),
    row("GET", "/v1/peering/"),
    row("POST", "/v1/peering/"),
    row("DELETE", "/v1/peering/"),
    row("GET", "/v1/peerings"),
    row("GET", "/v1/query"),
    row("POST", "/v1/query"),
    row("GET", "/v1/query/"),
    row("PUT", "/v1/query/"),
    row("DELETE", "/v1/query/"),
};

} // namespace

std::span<const route> family() { return rows; }

} // namespace praetor::api::unbuilt_endpoints
