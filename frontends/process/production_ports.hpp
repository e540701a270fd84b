#pragma once

#include "actors/ports.hpp"
#include "actors/ports/probes.hpp"
#include "protocol/config/runtime_config.hpp"
#include "protocol/types/error.hpp"

namespace praetor {

/// The ports of a real process and who it is.
struct production_ports {
  std::shared_ptr<ports> outside;
  std::shared_ptr<outward_port> outward; ///< probes of checks and handlers of watches
  std::string node_id;
};

/// Opens the disks of an agent (or their stand-ins in memory for development agents without a data_dir) and finds or
/// makes its node id.
/// @param fatal ends the process
expected<production_ports> open_production_ports(const config::runtime_config& config, logger_ptr log,
                                                 std::function<void(const std::string&)> fatal);

/// A random UUID of version 4. Any thread.
std::string random_uuid();

} // namespace praetor
