#pragma once

#include "protocol/acl/authorizer.hpp"
#include "protocol/types/commands.hpp"
#include "protocol/types/coordinate.hpp"
#include "protocol/types/error.hpp"
#include "storage/state/store.hpp"

#include <optional>
#include <string>
#include <vector>

namespace praetor {

/// Why a write is not authorized.
struct write_refusal {
  /// permission_denied: the token lacks a permission. not_found: the target does not exist, so no permission applies.
  error_code code = error_code::permission_denied;
  std::string text;

  bool operator==(const write_refusal&) const = default;
};

/// The status of a denial.
inline constexpr int denied_status = 403;
/// @param unknown_status the endpoint's status for a missing target
inline error as_error(write_refusal r, int unknown_status) {
  return {r.code, std::move(r.text), r.code == error_code::not_found ? unknown_status : denied_status};
}

/// Nothing if the permission is granted.
std::optional<write_refusal> refused_unless(const acl::authorizer& who, const acl::permission& wanted);
std::optional<write_refusal> refused_node_write(const acl::authorizer& who, const std::string& node);
std::optional<write_refusal> refused_service_write(const acl::authorizer& who, const std::string& service);
/// The permissions that a service's own fields require: on its name, and on the destination of a connect-proxy, which
/// receives its traffic.
std::optional<write_refusal> refused_service_write(const acl::authorizer& who, const node_service& s);

// Write permissions on the catalog. They depend on the identity of the stored record under the ids that a request
// names; labels supplied by the request itself (the ServiceName of a check) grant nothing.
//
// - A node needs node:write on its name, on the stored spelling of that name, and on the name of the node that has the
//   id now and is renamed.
// - An instance needs service:write on its name, on its destination if it is a connect-proxy, and on the name of the
//   instance whose id it takes over.
// - A check needs the permission of its owner: service:write on the name of the instance with its ServiceID, otherwise
//   node:write; and the same for the owner of the check whose id it takes over.
// - Records imported through a peering also need peering:write.

/// catalog/register, and the agents' own registrations.
std::optional<write_refusal> refused_write(const acl::authorizer& who, const state::store& s,
                                           const register_request& r);
/// catalog/deregister. Permission on the node includes everything on it.
std::optional<write_refusal> refused_write(const acl::authorizer& who, const state::store& s,
                                           const deregister_request& r);
/// One operation of a transaction. Reads are not denied, but left out of the results.
/// @param all the whole transaction: an instance may bring its checks
std::optional<write_refusal> refused_write(const acl::authorizer& who, const state::store& s, const txn_op& op,
                                           const std::vector<txn_op>& all);
/// A node's network coordinate.
std::optional<write_refusal> refused_write(const acl::authorizer& who, const state::store& s, const node_coordinate& c);
/// A new session on a node: session:write on the node's name and its stored spelling.
std::optional<write_refusal> refused_write(const acl::authorizer& who, const state::store& s, const session& made);

} // namespace praetor
