#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "protocol/config/schema.hpp"

namespace praetor::config {

/// Calls `visit` for every leaf key of the configuration: its path ("dns_config.soa.refresh", "services.checks.ttl"),
/// its row, and the traits of the row and of the enclosing blocks. Visits a recursive block as a leaf.
void for_each_key(const std::function<void(const std::string& path, const key_spec& spec, unsigned traits)>& visit);

/// One warning for each key that requests something that does not happen: keys without effect, unless their value
/// requests nothing (false, empty, zero or less, or `satisfied_by`), and keys that users can't change.
/// @param given the user's sources, merged
std::vector<std::string> warnings_about_effects(const hcl::value& given);

/// The values of the keys that only a start of the agent applies.
using start_values = std::map<std::string, hcl::value>;
start_values start_values_of(hcl::value merged);
/// Restores those keys to the given values.
void put_back(const start_values& values, hcl::value& merged);
/// The keys whose values differ, sorted.
std::vector<std::string> changed_keys(const start_values& before, const start_values& after);

} // namespace praetor::config
