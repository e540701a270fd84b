#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace praetor::acl {

/// The resource kinds of ACL rules.
enum class resource : std::uint8_t {
  acl,
  agent,
  event,
  identity,
  intention,
  key,
  keyring,
  mesh,
  node,
  operator_,
  peering,
  query,
  service,
  session,
};
enum class access : std::uint8_t { read, list, write };

/// The permission as denials name it: "key:read".
std::string to_text(resource what, access how);
/// The inverse of `to_text` for the resource name.
std::optional<resource> resource_named(std::string_view name);

/// The access that a request needs, declared by its handler. `name` is empty for resources without names.
struct permission {
  resource what;
  access how;
  std::string name;
};

/// The decisions of one token: the only place that authorizes. Immutable; safe to use from any thread.
class authorizer {
public:
  virtual ~authorizer() = default;
  virtual bool allowed(resource what, access how, std::string_view name) const = 0;
  /// Write access to every key below a prefix.
  virtual bool allowed_prefix(resource what, access how, std::string_view prefix) const = 0;
  /// Access to at least one resource of the kind, whatever its name.
  virtual bool allowed_any(resource what, access how) const = 0;
  /// Read access to nodes or services that another cluster exports.
  virtual bool allowed_imported(resource what) const = 0;
  /// Authorizers with equal ids decide alike. Part of the cache key of rendered answers.
  virtual std::string_view id() const = 0;
  /// The text of a permission-denied error, as clients read it.
  virtual std::string denial(const permission& wanted) const = 0;
  bool allowed(const permission& wanted) const { return allowed(wanted.what, wanted.how, wanted.name); }
};
using authorizer_ptr = std::shared_ptr<const authorizer>;

/// Allows everything. Used while ACLs are disabled.
authorizer_ptr allow_all();
/// Denies everything. Used until the caller's token is resolved.
authorizer_ptr allow_nothing();

} // namespace praetor::acl
