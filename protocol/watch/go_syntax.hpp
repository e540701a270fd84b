#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace praetor {

/// Prints a value like Go's %#v: `map[string]interface {}{"key":"a", "n":1}`. A list of one prints as its element, as
/// Consul's decoder produces it.
std::string go_syntax(const nlohmann::json& value);

} // namespace praetor
