#include "frontends/api/tenancy.hpp"

#include <array>

namespace praetor::api {

namespace {

struct tenancy {
  std::string_view prefix; ///< of route paths
  bool namespaces, partitions;
};

// The first match applies. Routes without an entry support neither.
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

std::string refusal(const std::string& place, std::string_view name, std::string_view what) {
  return "Invalid " + place + ": \"" + std::string(name) + "\" - " + std::string(what) +
         " are a Consul Enterprise feature";
}

bool names(const std::string* value) { return value && !value->empty(); }

} // namespace

std::optional<std::string> refused_tenancy(std::string_view route_path, const request& req) {
  for (const auto& one : tenancies) {
    if (!route_path.starts_with(one.prefix)) continue;
    if (one.namespaces && names(req.header("x-consul-namespace")))
      return refusal("header", "X-Consul-Namespace", "Namespaces");
    if (one.namespaces && names(req.query.find("ns"))) return refusal("query parameter", "ns", "Namespaces");
    if (one.partitions && names(req.header("x-consul-partition")))
      return refusal("header", "X-Consul-Partition", "Partitions");
    if (one.partitions && names(req.query.find("partition")))
      return refusal("query parameter", "partition", "Partitions");
    return {};
  }
  return {};
}

} // namespace praetor::api
