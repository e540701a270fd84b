#pragma once

#include "actors/command_permissions.hpp"
#include "protocol/types/kv.hpp"

namespace praetor::endpoints {

// What a token may see beside the catalog. The decision itself is the authorizer's.

inline bool may_read(const acl::authorizer& who, const session& s) {
  return who.allowed(acl::resource::session, acl::access::read, s.node);
}
using praetor::may_read;

} // namespace praetor::endpoints
