#pragma once

#include "storage/state/queries_catalog.hpp"

namespace praetor::state {

/// All checks on a node, sorted by id.
result<std::vector<health_check_ptr>> node_checks(const store& s, std::string_view node, watch_set* watch,
                                                  std::string_view peer = {});
/// One check, or null.
result<health_check_ptr> find_check(const store& s, std::string_view node, std::string_view check_id, watch_set* watch,
                                    std::string_view peer = {});
/// The checks of a service's instances (not of their nodes), on nodes with these meta values.
result<std::vector<health_check_ptr>> service_checks(const store& s, std::string_view service,
                                                     const string_map& node_meta, watch_set* watch,
                                                     std::string_view peer = {});
/// All checks with this status ("any": all), on nodes with these meta values.
result<std::vector<health_check_ptr>> checks_in_state(const store& s, std::string_view status,
                                                      const string_map& node_meta, watch_set* watch,
                                                      std::string_view peer = {});
/// health/service and health/connect: the instances, each with the checks of its node and its own.
result<std::vector<service_entry>> service_entries(const store& s, const service_query& q, watch_set* watch);

/// A node with all its services and checks.
struct node_contents {
  praetor::node_ptr node;
  std::vector<node_service_ptr> services;
  std::vector<health_check_ptr> checks;
};
/// All nodes with their services and checks, sorted by name (internal/ui/nodes).
result<std::vector<node_contents>> dump_nodes(const store& s, watch_set* watch, std::string_view peer = {});
/// One node with its services and checks; `node` is null if it does not exist (internal/ui/node).
result<node_contents> dump_node(const store& s, std::string_view name, watch_set* watch, std::string_view peer = {});
/// All instances with their checks, sorted by name (internal/ui/services).
result<std::vector<service_entry>> dump_services(const store& s, watch_set* watch, std::string_view peer = {});

} // namespace praetor::state
