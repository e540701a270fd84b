#pragma once

#include <string>

#include "protocol/config/runtime_config.hpp"

namespace praetor::config {

/// The whole configuration as agent/self shows it under DebugConfig, without secrets. `version` is the Consul release
/// that the agent reports; `node_id` the actual one if the configuration gives none.
free_form debug_view(const runtime_config& config, const std::string& node_id, const std::string& version);

} // namespace praetor::config
