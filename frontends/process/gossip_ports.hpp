#pragma once

#include "actors/ports.hpp"
#include "protocol/config/runtime_config.hpp"
#include "protocol/types/error.hpp"

namespace praetor {

/// Binds the sockets of the gossip pools that the configuration asks for, and what else gossip needs of the outside.
expected<void> open_gossip_ports(ports& p, const config::runtime_config& config);

} // namespace praetor
