#pragma once

#include "storage/state/store.hpp"

namespace praetor::state {

// Every query reads one store, adds what it depends on to `watch` (unless null), the store's abandon cell included, and
// returns the index that the answer carries (never 0). Records are shared with the store, not copied. Names are
// compared without regard to case. `peer` is the peering that data was imported through, empty for the datacenter's
// own.

/// What a query found, and the index of the narrowest part of the state that covers it.
template <class T>
struct result {
  std::uint64_t index = 1;
  T value{};
};

/// True if `meta` has each of the wanted pairs.
bool has_all(const string_map& meta, const string_map& wanted);

/// All nodes with these meta values, by name.
result<std::vector<node_ptr>> list_nodes(const store& s, const string_map& node_meta, watch_set* watch,
                                         std::string_view peer = {});

/// Whether a registration would change the record of the node that it names (null: there is none).
bool changes_node(const register_request& r, const node_ptr& existing);

/// The node of that name, or null.
result<node_ptr> find_node(const store& s, std::string_view name, watch_set* watch, std::string_view peer = {});
/// The node of that name, else the only one whose id starts with `name` (at least 2 characters), or null.
result<node_ptr> find_node_by_name_or_id(const store& s, std::string_view name, watch_set* watch,
                                         std::string_view peer = {});

/// The names of all services with their distinct tags. With `node_meta`, only instances on nodes that have it.
result<std::map<std::string, string_list>> list_services(const store& s, const string_map& node_meta, watch_set* watch,
                                                         std::string_view peer = {});

/// Which instances a query wants.
struct service_query {
  std::string name;
  string_list tags;     ///< all of them required, case-insensitive
  string_map node_meta; ///< all of it required
  bool connect = false; ///< instead of the service itself what accepts Connect traffic for it: its proxies, native ones
  std::string peer;
};

/// An instance and the node that it runs on.
struct service_instance {
  node_ptr node;
  node_service_ptr service;
};

/// catalog/service and catalog/connect, ordered by node and id. Use `flatten` to get a *ServiceNode*.
result<std::vector<service_instance>> service_instances(const store& s, const service_query& q, watch_set* watch);

/// One instance, or null.
result<node_service_ptr> find_service(const store& s, std::string_view node, std::string_view service_id,
                                      watch_set* watch, std::string_view peer = {});

/// A node with all that runs on it; `node` is null if there is no such node.
struct node_with_services {
  node_ptr node;
  std::vector<node_service_ptr> services; ///< by id
};
/// catalog/node and catalog/node-services. @param name the node's name, or the beginning of its id
result<node_with_services> node_services(const store& s, std::string_view name, watch_set* watch,
                                         std::string_view peer = {});

/// Reverse lookup: the nodes that have exactly this address, and the instances that have it as their own.
struct address_owners {
  std::vector<node_ptr> nodes;
  std::vector<service_instance> services;
};
result<address_owners> find_by_address(const store& s, std::string_view address, watch_set* watch);

/// The names of all services of a kind ("" = typical), by name.
result<string_list> service_names_of_kind(const store& s, std::string_view kind, watch_set* watch);

} // namespace praetor::state
