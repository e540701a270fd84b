#pragma once

#include "protocol/types/error.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace praetor::storage {

/// The tables of an agent's own store. The numbers are the first byte of the stored key: never reuse one.
enum class agent_table : std::uint8_t {
  services = 1,        ///< service id -> persisted_service
  service_configs = 2, ///< service id -> persisted_service_config
  checks = 3,          ///< check id -> persisted_check
  check_states = 4,    ///< check id -> persisted_check_state
  identity = 5,        ///< "node-id" -> UUID, "imported" -> the summary of the import from a Consul data_dir
  server_metadata = 6, ///< "server_metadata" -> {"last_seen_unix": N}
  acl_tokens = 7,      ///< "acl-tokens" -> the tokens set over the API
  service_tags = 8,    ///< service id -> persisted_tags
};

/// One put, or a delete if there is no value.
struct agent_change {
  agent_table table = agent_table::services;
  std::string key;
  std::optional<std::string> value;
};
using agent_batch = std::vector<agent_change>;

struct agent_record {
  std::string key;
  std::string value;
  bool operator==(const agent_record&) const = default;
};

/// The agent's own store. Any number of writes may precede one sync (group commit). A write is visible to `load` and
/// `get` at once, and survives a crash once the following sync has completed. One thread writes and syncs. After a
/// failed sync everything is rejected, because the content of the disk is unknown then.
class agent_store {
public:
  virtual ~agent_store() = default;

  /// Applies all changes of a batch together, in order.
  virtual expected<void> write(agent_batch batch) = 0;
  virtual expected<void> sync() = 0;
  /// See log_store: the duration of the next sync on a simulated disk.
  virtual std::chrono::nanoseconds sync_delay() { return std::chrono::nanoseconds{0}; }
  /// All records of a table, sorted by key.
  virtual expected<std::vector<agent_record>> load(agent_table table) const = 0;
  /// One record, or nothing.
  virtual expected<std::optional<std::string>> get(agent_table table, std::string_view key) const = 0;
};

} // namespace praetor::storage
