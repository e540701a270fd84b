#pragma once

#include "actors/rpc/rpc_messages.hpp"

#include <string>
#include <string_view>

namespace praetor {

/// The value of an answer's header field, whichever of its parts holds it; empty if there is none.
/// @param name in any case
std::string header_of(const remote_answer& answer, std::string_view name);
/// X-Consul-Index; 0 if there is none.
std::uint64_t index_of(const remote_answer& answer);

} // namespace praetor
