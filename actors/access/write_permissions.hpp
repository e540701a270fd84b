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

/// Why a token may not write something.
struct write_refusal {
  /// permission_denied: the token lacks a permission. not_found: what is to be changed is not there, so that nothing
  /// says who may change it.
  error_code code = error_code::permission_denied;
  std::string text;

  bool operator==(const write_refusal&) const = default;
};

/// The code of a denial, wherever it is told.
inline constexpr int denied_status = 403;
/// @param unknown_status what clients of the endpoint know for a target that is not there
inline error as_error(write_refusal r, int unknown_status) {
  return {r.code, std::move(r.text), r.code == error_code::not_found ? unknown_status : denied_status};
}

/// Nothing if the permission is held.
std::optional<write_refusal> refused_unless(const acl::authorizer& who, const acl::permission& wanted);
std::optional<write_refusal> refused_node_write(const acl::authorizer& who, const std::string& node);
std::optional<write_refusal> refused_service_write(const acl::authorizer& who, const std::string& service);
/// What a service needs by its own fields: its name, and the destination of a connect-proxy, whose traffic it takes.
std::optional<write_refusal> refused_service_write(const acl::authorizer& who, const node_service& s);

// Who may write what of the catalog. Permissions go by the identity of the thing, as it is stored under the ids that a
// request names: labels that the request itself gives (the ServiceName of a check) allow nothing.
//
// - A node needs node:write on its name, on the name that is stored in another spelling, and on the name of the node
//   that has the id now and is renamed.
// - An instance needs service:write on its name, on its destination if it is a connect-proxy, and on the name of the
//   instance whose id it takes over.
// - A check needs what its owner needs: service:write on the name of the instance with its ServiceID, else node:write;
//   and the same for the owner of the check whose id it takes over.
// - What was imported through a peering needs peering:write besides.

/// catalog/register, and what agents write by themselves.
std::optional<write_refusal> refused_write(const acl::authorizer& who, const state::store& s,
                                           const register_request& r);
/// catalog/deregister. Who may write the node may remove all that is on it.
std::optional<write_refusal> refused_write(const acl::authorizer& who, const state::store& s,
                                           const deregister_request& r);
/// One operation of a transaction; its reads are not refused but left out of the results.
/// @param all the whole transaction: an instance may come with its checks
std::optional<write_refusal> refused_write(const acl::authorizer& who, const state::store& s, const txn_op& op,
                                           const std::vector<txn_op>& all);
/// A node's network coordinate.
std::optional<write_refusal> refused_write(const acl::authorizer& who, const state::store& s, const node_coordinate& c);
/// A session that is to be made on a node: session:write on the node's name, and as it is stored.
std::optional<write_refusal> refused_write(const acl::authorizer& who, const state::store& s, const session& made);

} // namespace praetor
