#pragma once

#include "actors/queries/query.hpp"
#include "protocol/types/commands.hpp"
#include "protocol/types/connect.hpp"
#include "protocol/types/coordinate.hpp"
#include "storage/state/queries_usage.hpp"

namespace praetor::queries {

/// The nodes' network coordinates, by node and segment.
struct list_coordinates {
  static constexpr std::string_view name = "list-coordinates";
  using value_type = coordinate_batch;

  std::optional<std::string> segment; ///< only of this one

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Segment"}, x.segment);
  }
  state::result<value_type> evaluate(const state::store& s, state::watch_set* watch) const;
  bool filter(value_type& value, const acl::authorizer& who) const;
};

/// One node's network coordinates, by segment.
struct node_coordinates {
  static constexpr std::string_view name = "node-coordinates";
  using value_type = coordinate_batch;

  std::string node;
  std::optional<std::string> segment; ///< only of this one

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Node"}, x.node);
    f(field{"Segment"}, x.segment);
  }
  state::result<value_type> evaluate(const state::store& s, state::watch_set* watch) const;
  bool filter(value_type& value, const acl::authorizer& who) const;
  bool is_missing(const value_type& value, bool) const { return value.empty(); }
};

/// The roots of the certificate authority, without what only servers may know.
struct connect_roots {
  static constexpr std::string_view name = "connect-roots";
  using value_type = ca_roots;

  template <class F, class Self>
  static void fields(F&&, Self&) {}
  state::result<value_type> evaluate(const state::store& s, state::watch_set* watch) const;
};

/// Counts of what the catalog holds.
struct usage {
  static constexpr std::string_view name = "usage";
  using value_type = state::usage_counts;

  template <class F, class Self>
  static void fields(F&&, Self&) {}
  state::result<value_type> evaluate(const state::store& s, state::watch_set* watch) const;
};

/// The settings of autopilot; null before the leader has written the first.
struct autopilot_settings {
  static constexpr std::string_view name = "autopilot-settings";
  using value_type = std::shared_ptr<const autopilot_config>;

  template <class F, class Self>
  static void fields(F&&, Self&) {}
  state::result<value_type> evaluate(const state::store& s, state::watch_set* watch) const;
};

} // namespace praetor::queries
