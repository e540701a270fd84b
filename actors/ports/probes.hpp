#pragma once

#include "actors/handler.hpp"
#include "actors/probe.hpp"

#include <memory>

namespace praetor {

namespace config {
struct runtime_config;
}

/// Everything that an agent does as a client of others.
class outward_port : public probe_port, public handler_port {
public:
  /// Attempts that start from now on go by this configuration: its certificates, as their files are now.
  virtual void reload(const config::runtime_config& config) = 0;
};

/// Real attempts, over sockets and with processes: HTTP, TCP, UDP and scripts; and the handlers of
/// watches. One thread of its own
/// carries out all of them without waiting for any; it ends with the port, and what was under way then is never
/// reported.
std::shared_ptr<outward_port> make_production_probes(const config::runtime_config& config);

} // namespace praetor
