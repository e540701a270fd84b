#pragma once

#include "actors/token_resolver.hpp"
#include "protocol/acl/authorizer.hpp"
#include "protocol/types/commands.hpp"
#include "storage/state/store.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace praetor {

// What a token may see and change of the catalog, for clients' requests and for what agents write by themselves.

inline bool may_read(const acl::authorizer& who, const node& n) {
  return n.peer_name.empty() ? who.allowed(acl::resource::node, acl::access::read, n.name)
                             : who.allowed_imported(acl::resource::node);
}
inline bool may_read(const acl::authorizer& who, const node_service& s) {
  return s.peer_name.empty() ? who.allowed(acl::resource::service, acl::access::read, s.name)
                             : who.allowed_imported(acl::resource::service);
}
inline bool may_read(const acl::authorizer& who, const health_check& c) {
  bool of_node = c.service_name.empty();
  auto what = of_node ? acl::resource::node : acl::resource::service;
  if (!c.peer_name.empty()) return who.allowed_imported(what);
  return who.allowed(what, acl::access::read, of_node ? c.node : c.service_name);
}

/// Why the token may not register this, if so.
std::optional<std::string> denied_registration(const acl::authorizer& who, const state::store& s,
                                               const register_request& r);
std::optional<std::string> denied_deregistration(const acl::authorizer& who, const state::store& s,
                                                 const deregister_request& r);

/// Why a command may not be carried out for an agent that wrote it by itself, if so: with access control on, only what
/// concerns the catalog, and as far as the token in the command allows it.
/// @param command type byte and MessagePack
std::optional<error> refused_command(const agent_view_ptr& view, std::string_view command, const instant& now);

} // namespace praetor
