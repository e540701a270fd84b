#include "frontends/endpoints/routes.hpp"

#include <array>

namespace praetor::endpoints {

namespace {

void unbuilt(const call& c) {
  respond_error(
      c, c.req.method + " " + c.req.path + " is part of Consul's API but not available in this release of Praetor",
      501);
}

constexpr std::array rows{
    route{"/v1/agent/connect/authorize", "POST", unbuilt},
    route{"/v1/agent/connect/ca/leaf/", "GET", unbuilt},
    route{"/v1/catalog/gateway-services/", "GET", unbuilt},
    route{"/v1/config", "PUT", unbuilt},
    route{"/v1/config/", "GET,DELETE", unbuilt},
    route{"/v1/connect/ca/configuration", "GET,PUT", unbuilt},
    route{"/v1/connect/intentions", "GET,POST", unbuilt},
    route{"/v1/connect/intentions/", "GET,PUT,DELETE", unbuilt},
    route{"/v1/connect/intentions/check", "GET", unbuilt},
    route{"/v1/connect/intentions/exact", "GET,PUT,DELETE", unbuilt},
    route{"/v1/connect/intentions/match", "GET", unbuilt},
    route{"/v1/discovery-chain/", "GET,POST", unbuilt},
    route{"/v1/exported-services", "GET", unbuilt},
    route{"/v1/health/ingress/", "GET", unbuilt},
    route{"/v1/internal/", "GET,PUT,POST", unbuilt},
    route{"/v1/peering", "GET", unbuilt},
    route{"/v1/peering/", "GET,POST,DELETE", unbuilt},
    route{"/v1/peerings", "GET", unbuilt},
    route{"/v1/query", "GET,POST", unbuilt},
    route{"/v1/query/", "GET,PUT,DELETE", unbuilt},
};

constexpr auto routes = answered(place::agent, rows);

} // namespace

std::span<const route> unbuilt_routes() { return routes; }

} // namespace praetor::endpoints
