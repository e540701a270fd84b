#pragma once

#include "actors/access/read_permissions.hpp"
#include "actors/access/token_resolver.hpp"
#include "actors/access/write_permissions.hpp"

#include <optional>
#include <string_view>

namespace praetor {

/// Why a command may not be carried out for an agent that wrote it by itself, if so: with access control on, only what
/// concerns the catalog, and as far as the token in the command allows it. permission_denied is final; not_found: what
/// it is to change is not there; unauthenticated: no token has its secret, or none that this server knows of yet.
/// @param command type byte and MessagePack
std::optional<error> refused_command(const agent_view_ptr& view, std::string_view command, const instant& now);

} // namespace praetor
