#pragma once

#include "actors/read_permissions.hpp"
#include "actors/token_resolver.hpp"
#include "actors/write_permissions.hpp"

#include <optional>
#include <string_view>

namespace praetor {

/// The code of a refusal because what an agent's command is to change is not there. Between agents only: what clients
/// are told is the endpoint's to say.
inline constexpr int unknown_target_status = 404;
/// The code of a refusal because no token has the command's secret, or none that this server has heard of yet. Between
/// agents only, likewise.
inline constexpr int unknown_token_status = 498;

/// Why a command may not be carried out for an agent that wrote it by itself, if so: with access control on, only what
/// concerns the catalog, and as far as the token in the command allows it.
/// @param command type byte and MessagePack
std::optional<error> refused_command(const agent_view_ptr& view, std::string_view command, const instant& now);

} // namespace praetor
