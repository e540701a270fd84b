#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace praetor {

/// A value as Go's %#v prints it: `map[string]interface {}{"key":"a", "n":1}`. A list of one is printed as its element,
/// because the reference's decoder makes it so.
std::string go_syntax(const nlohmann::json& value);

} // namespace praetor
