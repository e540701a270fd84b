#pragma once

#include "actors/rpc/rpc_messages.hpp"

#include <string>
#include <string_view>

namespace praetor {

/// The value of an answer's header, wherever it is stored; empty if absent.
/// @param name case-insensitive
std::string header_of(const remote_answer& answer, std::string_view name);
/// X-Consul-Index; 0 if there is none.
std::uint64_t index_of(const remote_answer& answer);

} // namespace praetor
