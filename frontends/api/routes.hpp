#pragma once

#include "frontends/api/call.hpp"
#include "frontends/api/route.hpp"

#include <span>
#include <vector>

/// The families of routes, each in its own file: a family `kv` defines `kv_endpoints::family()`. The family `unbuilt`
/// has the operations of Consul's API that answer 501.
#define PRAETOR_ROUTE_FAMILIES(FAMILY)                                                                                 \
  FAMILY(acl)                                                                                                          \
  FAMILY(acl_policy)                                                                                                   \
  FAMILY(acl_role)                                                                                                     \
  FAMILY(acl_template)                                                                                                 \
  FAMILY(acl_token)                                                                                                    \
  FAMILY(agent_token)                                                                                                  \
  FAMILY(agent)                                                                                                        \
  FAMILY(agent_service)                                                                                                \
  FAMILY(agent_check)                                                                                                  \
  FAMILY(autopilot)                                                                                                    \
  FAMILY(catalog)                                                                                                      \
  FAMILY(connect)                                                                                                      \
  FAMILY(coordinate)                                                                                                   \
  FAMILY(debug)                                                                                                        \
  FAMILY(gossip)                                                                                                       \
  FAMILY(health)                                                                                                       \
  FAMILY(kv)                                                                                                           \
  FAMILY(metrics)                                                                                                      \
  FAMILY(openapi)                                                                                                      \
  FAMILY(operator)                                                                                                     \
  FAMILY(session)                                                                                                      \
  FAMILY(snapshot)                                                                                                     \
  FAMILY(status)                                                                                                       \
  FAMILY(txn)                                                                                                          \
  FAMILY(unbuilt)

namespace praetor::api {

#define PRAETOR_DECLARE_FAMILY(name)                                                                                   \
  namespace name##_endpoints {                                                                                         \
    std::span<const route> family();                                                                                   \
  }
PRAETOR_ROUTE_FAMILIES(PRAETOR_DECLARE_FAMILY)
#undef PRAETOR_DECLARE_FAMILY

/// All rows, in the order of the families.
std::vector<const route*> all_routes();

} // namespace praetor::api
