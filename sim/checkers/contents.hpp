#pragma once

#include "storage/state/store.hpp"

#include <map>
#include <set>
#include <string>

namespace praetor::sim {

/// What registers hold, by name; "": nothing.
using contents = std::map<std::string, std::string>;

/// Reads registers out of a state: "kv/0" and the like are keys, "catalog/outside0" is a service of an external node,
/// whose port keeps the value.
contents read_contents(const state::store& from, const std::set<std::string>& names);

} // namespace praetor::sim
