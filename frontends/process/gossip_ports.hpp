#pragma once

#include "actors/ports.hpp"
#include "protocol/config/runtime_config.hpp"
#include "protocol/types/error.hpp"

namespace praetor {

/// Binds the sockets of the configured gossip pools, and creates gossip's other ports.
expected<void> open_gossip_ports(ports& p, const config::runtime_config& config);

} // namespace praetor
