#pragma once

#include "actors/connector.hpp"
#include "actors/gossip_port.hpp"
#include "actors/http_port.hpp"
#include "actors/logger.hpp"
#include "actors/probe.hpp"
#include "actors/root_certificate.hpp"
#include "actors/subprocess.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace praetor {

namespace storage {
class log_store;
class snapshot_store;
class agent_store;
} // namespace storage

/// The only access to the outside. Production provides disks, sockets and clocks, the simulator its own; all other code
/// is the same in both.
struct ports {
  std::shared_ptr<storage::log_store> log;
  std::shared_ptr<storage::snapshot_store> snapshots;
  std::shared_ptr<storage::agent_store> store;
  std::shared_ptr<probe_port> probes;
  std::shared_ptr<http_port> http;                           ///< null: this agent asks no HTTP servers (simulator)
  std::shared_ptr<subprocess_port> commands;                 ///< null: this agent does not run remote commands
  std::shared_ptr<praetor::connector> links;                 ///< null: this agent has no connections (in unit tests)
  std::shared_ptr<const gossip_port> gossip_lan, gossip_wan; ///< null: not a member of that pool
  std::shared_ptr<name_resolver> names;                      ///< null: host names are not resolved
  std::shared_ptr<praetor::gossip_files> gossip_files;       ///< null: gossip and tokens are not persisted
  logger_ptr log_lines = std::make_shared<null_logger>();
  /// Unix time. Thread-safe.
  std::function<nanoseconds()> wall_clock;
  /// A new random UUID. Thread-safe.
  std::function<std::string()> new_uuid;
  /// A seed for an actor's own generator. Thread-safe.
  std::function<std::uint64_t()> seed;
  /// Creates keys and certificates of the built-in CA.
  root_certificate_maker make_root;
  /// Reports an unrecoverable failure: stops the process with this message.
  std::function<void(const std::string&)> fatal;
  /// Whether actors that block on disk get threads of their own. Never under the test coordinator.
  bool detach = true;
};
using ports_ptr = std::shared_ptr<const ports>;

} // namespace praetor
