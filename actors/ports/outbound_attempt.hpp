#pragma once

#include "actors/ports/probe_attempt.hpp"
#include "protocol/types/outbound.hpp"

#include <functional>
#include <memory>

namespace praetor {

/// Sends a request from the I/O thread, whose function this is.
void start_outbound(probe_world& world, outbound_request request, std::function<void(outbound_reply)> done);

} // namespace praetor
