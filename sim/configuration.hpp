#pragma once

#include "protocol/config/runtime_config.hpp"
#include "protocol/types/error.hpp"

#include <memory>
#include <string>

namespace praetor::sim {

/// Reads a configuration as an agent would, on a machine that has nothing but a data directory and two interfaces.
/// @param hcl the configuration's text
/// @param more another text, which wins where both say something
expected<std::shared_ptr<const config::runtime_config>> read_configuration(const std::string& hcl,
                                                                           const std::string& more = {});

/// `base` with the times and bounds that `from` has for elections, gossip, sessions and autopilot.
config::runtime_config with_times_of(config::runtime_config base, const config::runtime_config& from);

} // namespace praetor::sim
