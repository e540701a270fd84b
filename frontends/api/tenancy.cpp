#include "frontends/api/tenancy.hpp"

#include <array>

namespace praetor::api {

namespace {

struct tenancy {
  std::string_view prefix; ///< of route paths
  bool namespaces, partitions;
};

// The first match counts. Routes without an entry support neither.
constexpr std::array tenancies{
    tenancy{"/v1/kv/", true, true},
    tenancy{"/v1/session/", true, true},
    tenancy{"/v1/health/", true, true},
    tenancy{"/v1/catalog/datacenters", false, false},
    tenancy{"/v1/catalog/nodes", false, true},
    tenancy{"/v1/catalog/", true, true},
    tenancy{"/v1/agent/members", false, true},
    tenancy{"/v1/agent/service", true, true},
    tenancy{"/v1/agent/check", true, true},
    tenancy{"/v1/agent/health/", true, true},
    tenancy{"/v1/agent/join/", false, true},
    tenancy{"/v1/coordinate/datacenters", false, false},
    tenancy{"/v1/coordinate/update", true, true},
    tenancy{"/v1/coordinate/", false, true},
    tenancy{"/v1/acl/bootstrap", false, false},
    tenancy{"/v1/acl/replication", false, false},
    tenancy{"/v1/acl/token/self", false, false},
    tenancy{"/v1/acl/", true, true},
    tenancy{"/v1/operator/raft/transfer-leader", false, true},
    tenancy{"/v1/operator/usage", true, true},
};

std::string refusal(std::string_view parameter, std::string_view what) {
  return "Invalid query parameter: \"" + std::string(parameter) + "\" - " + std::string(what) +
         " are a Consul Enterprise feature";
}

bool names(const request& req, std::string_view parameter) {
  auto* value = req.query.find(parameter);
  return value && !value->empty();
}

} // namespace

std::optional<std::string> refused_tenancy(std::string_view route_path, const request& req) {
  for (const auto& one : tenancies) {
    if (!route_path.starts_with(one.prefix)) continue;
    if (one.namespaces && names(req, "ns")) return refusal("ns", "Namespaces");
    if (one.partitions && names(req, "partition")) return refusal("partition", "Partitions");
    return {};
  }
  return {};
}

} // namespace praetor::api
