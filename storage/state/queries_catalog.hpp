#pragma once

#include "storage/state/store.hpp"

namespace praetor::state {

// Every query reads one store, adds its dependencies to `watch` (unless null), including the store's abandon cell, and
// returns the index for the answer (never 0). Records are shared with the store, not copied. Names are
// case-insensitive. `peer` is the peering that data was imported through, empty for local data.

/// A query's result, and the index of the narrowest part of the state that covers it.
template <class T>
struct result {
  std::uint64_t index = 1;
  T value{};
};

/// Whether `meta` contains all wanted pairs.
bool has_all(const string_map& meta, const string_map& wanted);

/// All nodes with these meta values, sorted by name.
result<std::vector<node_ptr>> list_nodes(const store& s, const string_map& node_meta, watch_set* watch,
                                         std::string_view peer = {});

/// Whether a registration would change its node's record (null: there is none).
bool changes_node(const register_request& r, const node_ptr& existing);

/// The node with this name, or null.
result<node_ptr> find_node(const store& s, std::string_view name, watch_set* watch, std::string_view peer = {});
/// The node with this name, otherwise the only one whose id starts with `name` (at least 2 characters), or null.
result<node_ptr> find_node_by_name_or_id(const store& s, std::string_view name, watch_set* watch,
                                         std::string_view peer = {});

/// The names of all services with their distinct tags. With `node_meta`, only instances on matching nodes.
result<std::map<std::string, string_list>> list_services(const store& s, const string_map& node_meta, watch_set* watch,
                                                         std::string_view peer = {});

/// Selects instances.
struct service_query {
  std::string name;
  string_list tags;     ///< all required, case-insensitive
  string_map node_meta; ///< all required
  bool connect = false; ///< instead of the service's instances, those that accept Connect traffic for it: its proxies
                        ///< and native ones
  std::string peer;
};

/// An instance and its node.
struct service_instance {
  node_ptr node;
  node_service_ptr service;
};

/// catalog/service and catalog/connect, ordered by node and id. Use `flatten` to get a *ServiceNode*.
result<std::vector<service_instance>> service_instances(const store& s, const service_query& q, watch_set* watch);

/// One instance, or null.
result<node_service_ptr> find_service(const store& s, std::string_view node, std::string_view service_id,
                                      watch_set* watch, std::string_view peer = {});

/// A node with its services; `node` is null if it does not exist.
struct node_with_services {
  node_ptr node;
  std::vector<node_service_ptr> services; ///< by id
};
/// catalog/node and catalog/node-services. @param name the node's name, or a prefix of its id
result<node_with_services> node_services(const store& s, std::string_view name, watch_set* watch,
                                         std::string_view peer = {});

/// Reverse lookup: the nodes with exactly this address, and the instances with it as their own.
struct address_owners {
  std::vector<node_ptr> nodes;
  std::vector<service_instance> services;
};
result<address_owners> find_by_address(const store& s, std::string_view address, watch_set* watch);

/// The names of all services of a kind ("": typical), sorted.
result<string_list> service_names_of_kind(const store& s, std::string_view kind, watch_set* watch);

} // namespace praetor::state
