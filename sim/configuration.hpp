#pragma once

#include "protocol/config/runtime_config.hpp"
#include "protocol/types/error.hpp"

#include <memory>
#include <string>

namespace praetor::sim {

/// Reads a configuration as an agent would, on a machine that has nothing but a data directory and two interfaces.
/// @param hcl the configuration's text
expected<std::shared_ptr<const config::runtime_config>> read_configuration(const std::string& hcl);

} // namespace praetor::sim
