#pragma once

#include "actors/access/read_permissions.hpp"
#include "actors/access/token_resolver.hpp"
#include "actors/access/write_permissions.hpp"

#include <optional>
#include <string_view>

namespace praetor {

/// Authorizes a command that an agent proposed on its own behalf. With ACLs enabled it may only change the catalog, as
/// far as the command's token allows. Errors: permission_denied is final; not_found: the target does not exist;
/// unauthenticated: no token has this secret, or this server does not know it yet.
/// @param command type byte and MessagePack
std::optional<error> refused_command(const agent_view_ptr& view, std::string_view command, const instant& now);

} // namespace praetor
