#pragma once

#include "protocol/types/catalog.hpp"
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

/// The kind that runs the check: "ttl", "http", ...; "" if none. The displayed type may differ (config::type_of).
inline std::string_view check_kind(const check_definition& d) {
  if (d.ttl.count() > 0) return "ttl";
  if (!d.http.empty()) return "http";
  if (!d.tcp.empty()) return "tcp";
  if (!d.udp.empty()) return "udp";
  if (!d.grpc.empty()) return "grpc";
  if (!d.docker_container_id.empty()) return "docker";
  if (!d.os_service.empty()) return "os_service";
  if (!d.script_args.empty()) return "script";
  if (!d.h2ping.empty()) return "h2ping";
  if (!d.alias_node.empty() || !d.alias_service.empty()) return "alias";
  return "";
}

/// Whether this release can run checks of a kind; others are critical and say so.
inline bool is_available(std::string_view kind) {
  return kind == "ttl" || kind == "http" || kind == "tcp" || kind == "udp" || kind == "script" || kind == "alias";
}

} // namespace praetor
