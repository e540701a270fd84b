#pragma once

#include "actors/access/read_permissions.hpp"
#include "actors/access/write_permissions.hpp"
#include "frontends/api/call.hpp"

namespace praetor::api {

/// Why the caller may not write something (write_permissions.hpp), if so. Without access control this costs no look-up.
template <class... What>
std::optional<write_refusal> refused_write(const call& c, const What&... what) {
  if (!c.env.config()->acl.enabled) return {};
  return praetor::refused_write(*c.who, *c.env.state(), what...);
}

/// @param unknown_status the endpoint's status for a target that does not exist
inline void respond_refusal(const call& c, write_refusal r, int unknown_status) {
  respond(c, error_answer(as_error(std::move(r), unknown_status)));
}

} // namespace praetor::api
