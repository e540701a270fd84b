#pragma once

#include "protocol/acl/authorizer.hpp"
#include "protocol/acl/rules.hpp"

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace praetor::acl {

/// The merged rules of one named kind. An exact rule takes precedence over the longest matching prefix rule.
class named_rules {
public:
  /// Of two rules for the same name, the greater level wins.
  void add_exact(const std::string& name, level grants) { merge(exact_, name, grants); }
  void add_prefix(const std::string& prefix, level grants) { merge(prefixes_, prefix, grants); }
  /// Call after the last `add`.
  void finish();

  std::optional<level> find(std::string_view name) const;
  /// Matches prefix rules only and returns the longest.
  std::optional<level> find_prefix(std::string_view name) const;

  /// Calls `visit(level)` for each rule below a prefix until it returns false.
  template <class Visit>
  void for_each_below(std::string_view prefix, Visit visit) const {
    for (const auto* rules : {&exact_, &prefixes_})
      for (auto it = rules->lower_bound(prefix); it != rules->end() && it->first.starts_with(prefix); ++it)
        if (!visit(it->second)) return;
  }

private:
  using table = std::map<std::string, level, std::less<>>;
  static void merge(table& into, const std::string& name, level grants);

  table exact_, prefixes_;
  /// Sorted prefixes, each with the position of its longest enclosing prefix (-1: none).
  struct nested {
    std::string_view prefix;
    level grants;
    int outer;
  };
  std::vector<nested> ordered_;
};

/// The merged rules of a set of policies. Their order does not matter. Immutable.
class decisions {
public:
  explicit decisions(const std::vector<rules>& policies);
  decisions(const decisions&) = delete;

  /// Returns nothing if no rule covers it.
  std::optional<bool> decide(resource what, access how, std::string_view name) const;
  /// Write access to all keys below a prefix.
  std::optional<bool> decide_prefix(std::string_view prefix) const;
  /// Access to any resource of a kind with names; nothing for other kinds.
  std::optional<bool> decide_any(resource what, access how) const;
  /// Read access to resources that a peer exports: granted to tokens that may write any service or read all of this
  /// kind.
  std::optional<bool> decide_imported(resource what) const;

private:
  const named_rules& names(named_rule kind) const { return named_[static_cast<std::size_t>(kind)]; }
  std::optional<bool> decide_scalar(scalar_rule kind, access how) const;

  std::array<std::optional<level>, 5> scalars_;
  std::array<named_rules, 8> named_;
  named_rules intentions_;
};
using decisions_ptr = std::shared_ptr<const decisions>;

inline constexpr std::string_view anonymous_accessor = "00000000-0000-0000-0000-000000000002";

/// The authorizer of one token: the policies decide, and the default policy where they have no rule.
/// @param accessor the token's accessor id, for denials
/// @param id equal for equal policies
authorizer_ptr make_authorizer(std::string accessor, std::string id, decisions_ptr policies, bool default_allow);

} // namespace praetor::acl
