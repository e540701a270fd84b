#pragma once

#include "actors/queries/query.hpp"
#include "protocol/types/catalog.hpp"

#include <vector>

namespace praetor::queries {

/// What queries of checks share.
struct of_checks {
  using value_type = std::vector<health_check_ptr>;
  bool filter(value_type& value, const acl::authorizer& who) const;
};

/// The checks on a node, by id.
struct node_checks : of_checks {
  static constexpr std::string_view name = "node-checks";

  std::string node;
  filter::row_filter<health_check> where;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Node"}, x.node);
    f(field{"Filter"}, x.where);
  }
  state::result<value_type> evaluate(const state::store& s, state::watch_set* watch) const;
};

/// The checks of a service's instances, those of their nodes aside.
struct service_checks : of_checks, selection<health_check> {
  static constexpr std::string_view name = "service-checks";

  std::string service;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Service"}, x.service);
    selection::fields(f, x);
  }
  state::result<value_type> evaluate(const state::store& s, state::watch_set* watch) const;
};

/// The checks with a status.
struct checks_in_state : of_checks, selection<health_check> {
  static constexpr std::string_view name = "checks-in-state";

  std::string status; ///< "any": all of them

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"State"}, x.status);
    selection::fields(f, x);
  }
  state::result<value_type> evaluate(const state::store& s, state::watch_set* watch) const;
};

/// The instances of a service, each with the checks of its node and its own.
struct service_health : selection<service_entry> {
  static constexpr std::string_view name = "service-health";
  using value_type = std::vector<service_entry>;

  std::string service, peer;
  string_list tags;     ///< all of them required, case-insensitive
  bool connect = false; ///< what accepts mesh traffic for the service instead
  bool passing = false; ///< only instances whose checks all pass

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Service"}, x.service);
    f(field{"PeerName"}, x.peer);
    f(field{"Tags"}, x.tags);
    f(field{"Connect"}, x.connect);
    f(field{"Passing"}, x.passing);
    selection::fields(f, x);
  }
  state::result<value_type> evaluate(const state::store& s, state::watch_set* watch) const;
  bool filter(value_type& value, const acl::authorizer& who) const;
};

} // namespace praetor::queries
