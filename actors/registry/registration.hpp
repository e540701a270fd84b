#pragma once

#include "protocol/types/catalog.hpp"
#include "protocol/types/check_kinds.hpp"
#include "protocol/types/definitions.hpp"

#include <string>
#include <vector>

namespace praetor {

/// A service on its way into the registry. The ids, names and statuses of its checks are filled in.
struct service_registration {
  node_service service;
  std::vector<check_definition> checks;
  std::string token;
  bool from_file = false;
  bool sidecar = false;
  bool replace_existing_checks = false; ///< checks that are not in the list go
};

/// A check on its way into the registry.
struct check_registration {
  check_definition check;
  std::string token;
  bool from_file = false;
  bool inside_service = false; ///< it came as a part of its service
};

/// The catalog's record of a definition: defaults filled in, addresses of its family tagged.
node_service to_node_service(const service_definition& definition);

/// Gives the checks of a service their ids and names: `service:<id>`, numbered when there are several.
std::vector<check_definition> service_checks(const service_definition& definition,
                                             std::vector<check_definition> checks);

/// The catalog's record of a check that has not run yet.
/// @param inside_service the check came as a part of its service: an interval or time-out that it lacks is not shown
/// then
health_check to_health_check(const check_definition& definition, const std::string& node, const node_service* service,
                             bool inside_service);

} // namespace praetor
