#pragma once

#include "actors/command.hpp"
#include "actors/connector.hpp"
#include "actors/gossip_port.hpp"
#include "actors/logger.hpp"
#include "actors/probe.hpp"
#include "actors/root_certificate.hpp"

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

/// The only places where the outside comes in. Production fills them with disks, sockets and clocks, the simulator with
/// its own; everything else is the same code in both worlds.
struct ports {
  std::shared_ptr<storage::log_store> log;
  std::shared_ptr<storage::snapshot_store> snapshots;
  std::shared_ptr<storage::agent_store> store;
  std::shared_ptr<probe_port> probes;
  std::shared_ptr<command_port> commands;    ///< null: this agent runs no commands of others
  std::shared_ptr<praetor::connector> links; ///< null: this agent reaches nobody (tests of single parts)
  std::shared_ptr<const gossip_port> gossip_lan, gossip_wan; ///< null: this agent takes no part in that pool
  std::shared_ptr<name_resolver> names;                      ///< null: host names are not looked up
  std::shared_ptr<praetor::gossip_files> gossip_files;       ///< null: neither gossip nor tokens are remembered
  logger_ptr log_lines = std::make_shared<null_logger>();
  /// Unix time. Any thread.
  std::function<nanoseconds()> wall_clock;
  /// A new random UUID. Any thread.
  std::function<std::string()> new_uuid;
  /// A seed for an actor's own generator. Any thread.
  std::function<std::uint64_t()> seed;
  /// Makes keys and certificates of the built-in authority.
  root_certificate_maker make_root;
  /// What must not go on: the process stops with this message.
  std::function<void(const std::string&)> fatal;
  /// Whether an actor that blocks on disks gets a thread of its own. Never under the test coordinator.
  bool detach = true;
};
using ports_ptr = std::shared_ptr<const ports>;

} // namespace praetor
