#pragma once

#include "protocol/acl/authorizer.hpp"
#include "protocol/types/commands.hpp"
#include "storage/state/store.hpp"

#include <optional>
#include <string>

namespace praetor::endpoints {

// What a token may see of the catalog, and change in it. The decision itself is the authorizer's.

inline bool may_read(const acl::authorizer& who, const node& n) {
  return who.allowed(acl::resource::node, acl::access::read, n.name);
}
inline bool may_read(const acl::authorizer& who, const node_service& s) {
  return who.allowed(acl::resource::service, acl::access::read, s.name);
}
inline bool may_read(const acl::authorizer& who, const health_check& c) {
  return c.service_name.empty() ? who.allowed(acl::resource::node, acl::access::read, c.node)
                                : who.allowed(acl::resource::service, acl::access::read, c.service_name);
}
inline bool may_read(const acl::authorizer& who, const session& s) {
  return who.allowed(acl::resource::session, acl::access::read, s.node);
}

/// Why the token may not register this, if so.
std::optional<std::string> denied_registration(const acl::authorizer& who, const register_request& r);
std::optional<std::string> denied_deregistration(const acl::authorizer& who, const state::store& s,
                                                 const deregister_request& r);

} // namespace praetor::endpoints
