#pragma once

#include "frontends/api/call.hpp"
#include "frontends/api/route.hpp"

namespace praetor::api {

/// Whether a call that has to be forwarded accepts an answer from this agent's cache.
bool takes_cached_answer(const call& c);

/// Answers such a call from this agent's cache, which queries a server first if necessary.
void answer_from_cache(const call& c);

} // namespace praetor::api
