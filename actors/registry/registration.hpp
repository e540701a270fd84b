#pragma once

#include "protocol/types/catalog.hpp"
#include "protocol/types/check_kinds.hpp"
#include "protocol/types/definitions.hpp"

#include <string>
#include <vector>

namespace praetor {

/// A service to register. Ids, names and statuses of its checks are filled in.
struct service_registration {
  node_service service;
  std::vector<check_definition> checks;
  std::string token;
  bool from_file = false;
  bool sidecar = false;
  bool replace_existing_checks = false; ///< removes checks that are not in the list
};

/// A check to register.
struct check_registration {
  check_definition check;
  std::string token;
  bool from_file = false;
  bool inside_service = false; ///< defined inside its service
};

/// The catalog record of a definition, with defaults filled in and addresses tagged by family.
node_service to_node_service(const service_definition& definition);

/// Assigns ids and names to a service's checks: `service:<id>`, numbered if there are several.
std::vector<check_definition> service_checks(const service_definition& definition,
                                             std::vector<check_definition> checks);

/// The catalog record of a check that has not run yet.
/// @param inside_service the check was defined inside its service: an unset interval or timeout is not shown then
health_check to_health_check(const check_definition& definition, const std::string& node, const node_service* service,
                             bool inside_service);

} // namespace praetor
