#pragma once

#include "protocol/types/error.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace praetor::acl {

/// The level that a rule grants. Of several rules for the same name the greatest wins: deny beats everything, then the
/// highest grant.
enum class level : std::uint8_t { read, list, write, deny };

/// Rule kinds without names.
enum class scalar_rule : std::uint8_t { acl, keyring, mesh, operator_, peering };
/// Rule kinds that match a name or a name prefix.
enum class named_rule : std::uint8_t { agent, event, identity, key, node, query, service, session };

struct labelled_rule {
  std::string name; ///< or the prefix
  level grants = level::deny;
  std::optional<level> intentions; ///< of services and identities: for intentions with this destination
  bool operator==(const labelled_rule&) const = default;
};

/// The rules of one policy, in the order of its text.
struct rules {
  std::array<std::optional<level>, 5> scalars;
  struct list {
    std::vector<labelled_rule> exact, prefix;
  };
  std::array<list, 8> named;

  std::optional<level>& operator[](scalar_rule kind) { return scalars[static_cast<std::size_t>(kind)]; }
  list& operator[](named_rule kind) { return named[static_cast<std::size_t>(kind)]; }
  const std::optional<level>& operator[](scalar_rule kind) const { return scalars[static_cast<std::size_t>(kind)]; }
  const list& operator[](named_rule kind) const { return named[static_cast<std::size_t>(kind)]; }
};

/// Parses a policy's rules, HCL or JSON, and checks their levels. Ignores unknown kinds.
expected<rules> parse_rules(std::string_view text);

} // namespace praetor::acl
