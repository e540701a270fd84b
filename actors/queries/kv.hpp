#pragma once

#include "actors/queries/query.hpp"
#include "protocol/types/kv.hpp"

#include <vector>

namespace praetor::queries {

/// The entry of a key; null: there is none.
struct kv_get {
  static constexpr std::string_view name = "kv-get";
  using value_type = kv_entry_ptr;

  std::string key;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Key"}, x.key);
  }
  state::result<value_type> evaluate(const state::store& s, state::watch_set* watch) const;
  bool is_missing(const value_type& value, bool) const { return !value; }
};

/// The entries below a prefix, bytewise ordered.
struct kv_list {
  static constexpr std::string_view name = "kv-list";
  using value_type = std::vector<kv_entry_ptr>;

  std::string prefix;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Prefix"}, x.prefix);
  }
  state::result<value_type> evaluate(const state::store& s, state::watch_set* watch) const;
  bool filter(value_type& value, const acl::authorizer& who) const;
  bool is_missing(const value_type& value, bool) const { return value.empty(); }
};

/// The keys below a prefix. With a separator each ends after its first separator beyond the prefix and is listed once.
/// Which keys are shown is decided before they are cut, so that it has no filter of its own: see `run`.
struct kv_keys {
  static constexpr std::string_view name = "kv-keys";
  using value_type = string_list;

  std::string prefix, separator;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Prefix"}, x.prefix);
    f(field{"Separator"}, x.separator);
  }
};
found<kv_keys> run(const kv_keys& q, const state::store& s, const acl::authorizer& who, state::watch_set* watch);

/// What queries of sessions share.
struct of_sessions {
  using value_type = std::vector<session_ptr>;
  bool filter(value_type& value, const acl::authorizer& who) const;
};

/// One session, or none.
struct session_get : of_sessions {
  static constexpr std::string_view name = "session-get";

  std::string session;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"SessionID"}, x.session);
  }
  state::result<value_type> evaluate(const state::store& s, state::watch_set* watch) const;
  bool is_missing(const value_type& value, bool filtered) const { return value.empty() && !filtered; }
};

/// All sessions, by id.
struct session_list : of_sessions {
  static constexpr std::string_view name = "session-list";

  template <class F, class Self>
  static void fields(F&&, Self&) {}
  state::result<value_type> evaluate(const state::store& s, state::watch_set* watch) const;
};

/// The sessions bound to a node, by id.
struct node_sessions : of_sessions {
  static constexpr std::string_view name = "node-sessions";

  std::string node;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Node"}, x.node);
  }
  state::result<value_type> evaluate(const state::store& s, state::watch_set* watch) const;
};

} // namespace praetor::queries
