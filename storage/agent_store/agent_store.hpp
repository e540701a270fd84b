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

/// What an agent keeps for itself, by kind. The numbers are the first byte of the stored key: never reuse one.
enum class agent_table : std::uint8_t {
  services = 1,        ///< service id -> persisted_service
  service_configs = 2, ///< service id -> persisted_service_config
  checks = 3,          ///< check id -> persisted_check
  check_states = 4,    ///< check id -> persisted_check_state
  identity = 5,        ///< "node-id" -> UUID, "imported" -> what was taken over from a Consul data_dir
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

/// The agent's own store. Any number of writes may precede one sync: that is the group commit. What was written is
/// visible to `load` and `get` at once and survives a crash only after the sync that follows. One thread writes and
/// syncs. After a failed sync nothing more is accepted, because what the disk holds is then unknown.
class agent_store {
public:
  virtual ~agent_store() = default;

  /// All changes of a batch take effect together, in order.
  virtual expected<void> write(agent_batch batch) = 0;
  virtual expected<void> sync() = 0;
  /// As log_store's: what a simulated disk takes for the next sync.
  virtual std::chrono::nanoseconds sync_delay() { return std::chrono::nanoseconds{0}; }
  /// Every record of a table, sorted by key.
  virtual expected<std::vector<agent_record>> load(agent_table table) const = 0;
  /// One record, or nothing.
  virtual expected<std::optional<std::string>> get(agent_table table, std::string_view key) const = 0;
};

} // namespace praetor::storage
