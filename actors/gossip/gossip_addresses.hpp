#pragma once

#include "actors/gossip_port.hpp"
#include "protocol/swim/machine.hpp"
#include "protocol/types/values.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace praetor {

/// True if all of them are "ip:port" already.
bool all_resolved(const string_list& addresses);

/// Turns what users write ("host", "10.0.0.1", "[::1]:8301", "name/host:port") into "ip:port".
/// @param names looks host names up; may be null
/// @param done runs once, on any thread, with what was found, and why for each address that was not
void resolve_addresses(const std::shared_ptr<name_resolver>& names, const string_list& addresses,
                       std::uint16_t default_port,
                       std::function<void(string_list found, swim::join_failures errors)> done);

} // namespace praetor
