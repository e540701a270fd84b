#pragma once

#include <nlohmann/json_fwd.hpp>

namespace praetor::config {

/// What is shown instead of a secret.
inline constexpr const char* hidden = "hidden";

/// Replaces every text in the tree that is a secret: under a name that says so, at any depth; header fields, whose
/// names stay; and the secrets inside URLs. Numbers and truth values stay.
void hide_secrets(nlohmann::json& tree);

} // namespace praetor::config
