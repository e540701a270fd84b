#pragma once

#include "storage/state/store.hpp"

#include <map>
#include <set>
#include <string>

namespace praetor::sim {

/// The values of registers by name; "": absent.
using contents = std::map<std::string, std::string>;

/// Reads registers from a state: "kv/0" and the like are keys, "catalog/outside0" is a service of an external node,
/// whose port encodes the value.
contents read_contents(const state::store& from, const std::set<std::string>& names);

} // namespace praetor::sim
