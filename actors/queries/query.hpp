#pragma once

#include "protocol/acl/authorizer.hpp"
#include "protocol/filter/row_filter.hpp"
#include "protocol/types/field.hpp"
#include "protocol/types/joined_key.hpp"
#include "protocol/types/values.hpp"
#include "storage/state/queries_catalog.hpp"

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// The questions that HTTP, DNS and other users ask about the state, each declared once. A query is a struct:
///
///   struct node_checks {
///     static constexpr std::string_view name = "node-checks"; // of the kind of query, a part of its keys
///     using value_type = std::vector<health_check_ptr>;
///     std::string node;
///     template <class F, class Self> static void fields(F&& f, Self& x) { f(field{"Node"}, x.node); }
///     state::result<value_type> evaluate(const state::store&, state::watch_set*) const;
///     bool filter(value_type&, const acl::authorizer&) const;
///   };
///
/// Its field list is its key and its wire form. `evaluate` reads the state and gathers what the value depends on
/// (unless the watch set is null). `filter` removes what the caller may not read and says whether that was anything. A
/// query without it has no rows: whoever asks has checked the permission for the record that it names. Optional:
///   bool is_missing(const value_type&, bool filtered) const; // what was asked for does not exist: see found::missing
///   bool can_be_kept() const;                                // the value depends on nothing that is not watched
namespace praetor::queries {

/// The value of a query for one caller.
template <class Query>
struct found {
  std::uint64_t index = 1;
  typename Query::value_type value{};
  bool filtered = false; ///< something was removed that the caller may not read
  bool missing = false;  ///< nothing is there: a blocking query goes on waiting across unrelated changes
};

template <class T>
concept query = has_fields<T> && requires {
  typename T::value_type;
  { T::name } -> std::convertible_to<std::string_view>;
};

/// Evaluates and filters.
template <query Query>
found<Query> run(const Query& q, const state::store& s, const acl::authorizer& who, state::watch_set* watch) {
  auto result = q.evaluate(s, watch);
  found<Query> out{result.index, std::move(result.value)};
  if constexpr (requires { q.filter(out.value, who); }) out.filtered = q.filter(out.value, who);
  if constexpr (requires { q.is_missing(out.value, out.filtered); })
    out.missing = q.is_missing(out.value, out.filtered);
  return out;
}

/// Whether a value holds until one of the watch cells fires that its evaluation gathered.
template <query Query>
bool can_be_kept(const Query& q) {
  if constexpr (requires { q.can_be_kept(); }) return q.can_be_kept();
  return true;
}

/// What several queries choose their rows by. A query that derives from it names it last among its own fields.
template <class Row>
struct selection {
  string_map node_meta; ///< all of it required of the row's node
  std::string near;     ///< sorts by the distance from this node
  filter::row_filter<Row> where;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"NodeMeta"}, x.node_meta);
    f(field{"Near"}, x.near);
    f(field{"Filter"}, x.where);
  }
  /// Coordinates are not watched.
  bool can_be_kept() const { return near.empty(); }
};

namespace detail {

inline void add_to(joined_key& key, const std::string& text) { key.add(text); }
inline void add_to(joined_key& key, bool flag) { key.add(flag ? "1" : ""); }
inline void add_to(joined_key& key, const std::optional<std::string>& text) {
  add_to(key, text.has_value());
  if (text) key.add(*text);
}
inline void add_to(joined_key& key, const string_list& list) {
  key.add(std::to_string(list.size()));
  for (const auto& one : list) key.add(one);
}
inline void add_to(joined_key& key, const string_map& map) {
  key.add(std::to_string(map.size()));
  for (const auto& [name, value] : map) key.add(name).add(value);
}
template <class Row>
void add_to(joined_key& key, const filter::row_filter<Row>& f) {
  key.add(f.text());
}

} // namespace detail

/// Adds what tells a query from all others.
template <query Query>
void add_key(joined_key& key, const Query& q) {
  key.add(Query::name);
  Query::fields([&key](const field&, const auto& member) { detail::add_to(key, member); }, q);
}

} // namespace praetor::queries
