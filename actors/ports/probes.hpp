#pragma once

#include "actors/handler.hpp"
#include "actors/http_port.hpp"
#include "actors/probe.hpp"

#include <memory>

namespace praetor {

namespace config {
struct runtime_config;
}

/// The agent's outgoing client operations.
class outward_port : public probe_port, public handler_port, public http_port {
public:
  /// Applies this configuration to new attempts; reads its certificate files now.
  virtual void reload(const config::runtime_config& config) = 0;
};

/// Real attempts, over sockets and with processes, of the kinds of `probe_rows`; and watch handlers. A single thread
/// runs all of them without blocking; it stops with the port, and pending attempts are never reported then.
std::shared_ptr<outward_port> make_production_probes(const config::runtime_config& config);

} // namespace praetor
