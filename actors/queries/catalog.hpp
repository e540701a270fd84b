#pragma once

#include "actors/queries/query.hpp"
#include "protocol/types/catalog.hpp"

#include <map>
#include <vector>

namespace praetor::queries {

/// The nodes, by name.
struct list_nodes : selection<node> {
  static constexpr std::string_view name = "list-nodes";
  using value_type = std::vector<node_ptr>;

  state::result<value_type> evaluate(const state::store& s, state::watch_set* watch) const;
  bool filter(value_type& value, const acl::authorizer& who) const;
};

/// The names of the services with their distinct tags.
struct list_services {
  static constexpr std::string_view name = "list-services";
  using value_type = std::map<std::string, string_list>;

  string_map node_meta; ///< of the nodes whose instances count
  filter::row_filter<service_node> where;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"NodeMeta"}, x.node_meta);
    f(field{"Filter"}, x.where);
  }
  state::result<value_type> evaluate(const state::store& s, state::watch_set* watch) const;
  bool filter(value_type& value, const acl::authorizer& who) const;
};

/// The instances of a service, by node and id.
struct service_nodes : selection<service_node> {
  static constexpr std::string_view name = "service-nodes";
  using value_type = std::vector<service_node>;

  std::string service;
  string_list tags;     ///< all of them required, case-insensitive
  bool connect = false; ///< what accepts mesh traffic for the service instead

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Service"}, x.service);
    f(field{"Tags"}, x.tags);
    f(field{"Connect"}, x.connect);
    selection::fields(f, x);
  }
  state::result<value_type> evaluate(const state::store& s, state::watch_set* watch) const;
  bool filter(value_type& value, const acl::authorizer& who) const;
};

/// A node with its services.
struct node_services {
  static constexpr std::string_view name = "node-services";
  struct value_type {
    node_ptr node;                                         ///< null: there is none
    std::optional<std::vector<node_service_ptr>> services; ///< by id; nothing: it has none, whatever the filter
  };

  std::string node; ///< its name, or the beginning of its id
  filter::row_filter<node_service> where;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Node"}, x.node);
    f(field{"Filter"}, x.where);
  }
  state::result<value_type> evaluate(const state::store& s, state::watch_set* watch) const;
  bool filter(value_type& value, const acl::authorizer& who) const;
};

/// The node of a name; null: there is none.
struct find_node {
  static constexpr std::string_view name = "find-node";
  using value_type = node_ptr;

  std::string node, peer;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Node"}, x.node);
    f(field{"PeerName"}, x.peer);
  }
  state::result<value_type> evaluate(const state::store& s, state::watch_set* watch) const;
  bool filter(value_type& value, const acl::authorizer& who) const;
};

/// The nodes and the instances that have exactly an address.
struct address_owners {
  static constexpr std::string_view name = "address-owners";
  using value_type = state::address_owners;

  std::string address;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Address"}, x.address);
  }
  state::result<value_type> evaluate(const state::store& s, state::watch_set* watch) const;
  bool filter(value_type& value, const acl::authorizer& who) const;
};

} // namespace praetor::queries
