#pragma once

#include "actors/ports.hpp"
#include "actors/ports/probes.hpp"
#include "protocol/config/runtime_config.hpp"
#include "protocol/types/error.hpp"

namespace praetor {

/// The ports of a real process, and its identity.
struct production_ports {
  std::shared_ptr<ports> outside;
  std::shared_ptr<outward_port> outward; ///< health probes and watch handlers
  std::string node_id;
};

/// Opens an agent's stores (in memory for development agents without a data_dir) and reads or creates its node id.
/// @param fatal ends the process
expected<production_ports> open_production_ports(const config::runtime_config& config, logger_ptr log,
                                                 std::function<void(const std::string&)> fatal);

/// A random UUID (version 4). Thread-safe.
std::string random_uuid();

} // namespace praetor
