#pragma once

#include "actors/gossip_port.hpp"
#include "protocol/swim/machine.hpp"
#include "protocol/types/values.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace praetor {

/// Whether all of them are "ip:port".
bool all_resolved(const string_list& addresses);

/// Resolves users' addresses ("host", "10.0.0.1", "[::1]:8301", "name/host:port") to "ip:port".
/// @param names resolves host names; may be null
/// @param done called once, on any thread, with the results and an error for each failed address
void resolve_addresses(const std::shared_ptr<name_resolver>& names, const string_list& addresses,
                       std::uint16_t default_port,
                       std::function<void(string_list found, swim::join_failures errors)> done);

} // namespace praetor
