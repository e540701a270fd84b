#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace praetor::acl {

/// The kinds of things that rules speak about.
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

/// "key:read" and the like, as denials name it.
std::string to_text(resource what, access how);
/// The kind of that name, as `to_text` writes it.
std::optional<resource> resource_named(std::string_view name);

/// What a request wants to do, declared by whoever answers it. `name` is empty for resources without names.
struct permission {
  resource what;
  access how;
  std::string name;
};

/// The one place where a decision is taken: what the holder of a token may do. Immutable; any thread.
class authorizer {
public:
  virtual ~authorizer() = default;
  virtual bool allowed(resource what, access how, std::string_view name) const = 0;
  /// Write access to every key below a prefix.
  virtual bool allowed_prefix(resource what, access how, std::string_view prefix) const = 0;
  /// Read access to nodes or services that another cluster exports.
  virtual bool allowed_imported(resource what) const = 0;
  /// Equal ids decide alike: part of the key under which rendered answers are kept.
  virtual std::string_view id() const = 0;
  /// Why a permission is denied, as clients read it.
  virtual std::string denial(const permission& wanted) const = 0;
  bool allowed(const permission& wanted) const { return allowed(wanted.what, wanted.how, wanted.name); }
};
using authorizer_ptr = std::shared_ptr<const authorizer>;

/// The decision while access control is off: everything is allowed.
authorizer_ptr allow_all();
/// Nothing is allowed: whoever has not been looked at.
authorizer_ptr allow_nothing();

} // namespace praetor::acl
