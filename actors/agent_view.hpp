#pragma once

#include "actors/agent_local.hpp"
#include "actors/agent_services.hpp"
#include "actors/published_state.hpp"

namespace praetor {

/// The shared data of an agent's parts. Code that needs only one of the three takes only that one.
struct agent_view : published_state, agent_local, agent_services {};
using agent_view_ptr = std::shared_ptr<agent_view>;

} // namespace praetor
