#pragma once

#include <nlohmann/json_fwd.hpp>

namespace praetor::config {

/// Replaces the text of a secret.
inline constexpr const char* hidden = "hidden";

/// Hides every secret text in the tree: members with the name of a secret at any depth, header values, and secrets
/// inside URLs. Keeps numbers and booleans.
void hide_secrets(nlohmann::json& tree);

} // namespace praetor::config
