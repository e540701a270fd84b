#pragma once

#include "actors/access/read_permissions.hpp"
#include "actors/access/write_permissions.hpp"
#include "frontends/api/call.hpp"

namespace praetor::api {

/// Why the caller may not write something (write_permissions.hpp), if so. While access control is off nothing is looked
/// up for that.
template <class... What>
std::optional<write_refusal> refused_write(const call& c, const What&... what) {
  if (!c.env.config()->acl.enabled) return {};
  return praetor::refused_write(*c.who, *c.env.state(), what...);
}

/// @param unknown_status what clients of the endpoint know for a target that is not there
inline void respond_refusal(const call& c, write_refusal r, int unknown_status) {
  respond(c, error_answer(as_error(std::move(r), unknown_status)));
}

} // namespace praetor::api
