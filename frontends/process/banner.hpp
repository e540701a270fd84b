#pragma once

#include "protocol/config/runtime_config.hpp"

#include <iosfwd>

namespace praetor {

/// Prints the agent's summary before its log begins.
void print_banner(std::ostream& out, const config::runtime_config& config, const std::string& node_id);

} // namespace praetor
