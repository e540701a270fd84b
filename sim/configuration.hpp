#pragma once

#include "protocol/config/runtime_config.hpp"
#include "protocol/types/error.hpp"

#include <memory>
#include <string>

namespace praetor::sim {

/// Parses a configuration like an agent, on a host that has only a data directory and two interfaces.
/// @param hcl the configuration text
/// @param more another text, which takes precedence
expected<std::shared_ptr<const config::runtime_config>> read_configuration(const std::string& hcl,
                                                                           const std::string& more = {});

/// `base` with the times and limits of `from` for elections, gossip, sessions and autopilot.
config::runtime_config with_times_of(config::runtime_config base, const config::runtime_config& from);

} // namespace praetor::sim
