#pragma once

#include "actors/probe.hpp"

#include <memory>

namespace praetor {

namespace config {
struct runtime_config;
}

/// Real attempts, over sockets and with processes: HTTP, TCP, UDP and scripts. One thread of its own carries out all of
/// them without waiting for any; it ends with the port, and what was under way then is never reported.
std::shared_ptr<probe_port> make_production_probes(const config::runtime_config& config);

} // namespace praetor
