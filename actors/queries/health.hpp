#pragma once

#include "actors/queries/query.hpp"
#include "protocol/types/catalog.hpp"

#include <vector>

namespace praetor::queries {

/// The checks on a node, by id.
struct node_checks {
  static constexpr std::string_view name = "node-checks";
  using value_type = std::vector<health_check_ptr>;

  std::string node;
  filter::row_filter<health_check> where;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Node"}, x.node);
    f(field{"Filter"}, x.where);
  }
  state::result<value_type> evaluate(const state::store& s, state::watch_set* watch) const;
  bool filter(value_type& value, const acl::authorizer& who) const;
};

/// The checks of a service's instances, those of their nodes aside.
struct service_checks {
  static constexpr std::string_view name = "service-checks";
  using value_type = std::vector<health_check_ptr>;

  std::string service;
  string_map node_meta; ///< all of it required
  std::string near;     ///< sorts by the distance from this node
  filter::row_filter<health_check> where;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Service"}, x.service);
    f(field{"NodeMeta"}, x.node_meta);
    f(field{"Near"}, x.near);
    f(field{"Filter"}, x.where);
  }
  state::result<value_type> evaluate(const state::store& s, state::watch_set* watch) const;
  bool filter(value_type& value, const acl::authorizer& who) const;
  bool can_be_kept() const { return near.empty(); }
};

/// The checks with a status.
struct checks_in_state {
  static constexpr std::string_view name = "checks-in-state";
  using value_type = std::vector<health_check_ptr>;

  std::string status;   ///< "any": all of them
  string_map node_meta; ///< all of it required
  std::string near;     ///< sorts by the distance from this node
  filter::row_filter<health_check> where;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"State"}, x.status);
    f(field{"NodeMeta"}, x.node_meta);
    f(field{"Near"}, x.near);
    f(field{"Filter"}, x.where);
  }
  state::result<value_type> evaluate(const state::store& s, state::watch_set* watch) const;
  bool filter(value_type& value, const acl::authorizer& who) const;
  bool can_be_kept() const { return near.empty(); }
};

/// The instances of a service, each with the checks of its node and its own.
struct service_health {
  static constexpr std::string_view name = "service-health";
  using value_type = std::vector<service_entry>;

  std::string service, peer;
  string_list tags;     ///< all of them required, case-insensitive
  string_map node_meta; ///< all of it required
  bool connect = false; ///< what accepts mesh traffic for the service instead
  bool passing = false; ///< only instances whose checks all pass
  std::string near;     ///< sorts by the distance from this node
  filter::row_filter<service_entry> where;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Service"}, x.service);
    f(field{"PeerName"}, x.peer);
    f(field{"Tags"}, x.tags);
    f(field{"NodeMeta"}, x.node_meta);
    f(field{"Connect"}, x.connect);
    f(field{"Passing"}, x.passing);
    f(field{"Near"}, x.near);
    f(field{"Filter"}, x.where);
  }
  state::result<value_type> evaluate(const state::store& s, state::watch_set* watch) const;
  bool filter(value_type& value, const acl::authorizer& who) const;
  bool can_be_kept() const { return near.empty(); }
};

} // namespace praetor::queries
