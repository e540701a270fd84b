#pragma once

#include "actors/agent_local.hpp"
#include "actors/agent_services.hpp"
#include "actors/published_state.hpp"

namespace praetor {

/// All that the parts of an agent see of each other. A user of one of the three takes only that one.
struct agent_view : published_state, agent_local, agent_services {};
using agent_view_ptr = std::shared_ptr<agent_view>;

} // namespace praetor
