#pragma once

#include "frontends/api/call.hpp"
#include "frontends/api/route.hpp"

namespace praetor::api {

/// Whether the call, which another agent has to answer, takes an answer that this agent has kept.
bool takes_cached_answer(const call& c);

/// Answers such a call from what this agent has kept, which it asks a server for first if need be.
void answer_from_cache(const call& c);

} // namespace praetor::api
