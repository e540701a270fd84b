#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "protocol/config/schema.hpp"

namespace praetor::config {

/// Calls `visit` for every key of the configuration that holds a value itself: its path ("dns_config.soa.refresh",
/// "services.checks.ttl"), its row, and the traits of the row and of the blocks around it. A block that contains itself
/// is visited as a key.
void for_each_key(const std::function<void(const std::string& path, const key_spec& spec, unsigned traits)>& visit);

/// A warning for each key that asks for something that does not happen: keys without effect, unless their value asks
/// for nothing (false, nothing, zero or less, or what the key is satisfied by), and keys that nobody can change.
/// @param given the user's sources, merged
std::vector<std::string> warnings_about_effects(const hcl::value& given);

/// What each key is set to that only a start of the agent applies.
using start_values = std::map<std::string, hcl::value>;
start_values start_values_of(hcl::value merged);
/// Brings those keys back to what they were set to, whatever stands there now.
void put_back(const start_values& values, hcl::value& merged);
/// The keys that differ, sorted.
std::vector<std::string> changed_keys(const start_values& before, const start_values& after);

} // namespace praetor::config
