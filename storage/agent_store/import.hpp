#pragma once

#include "storage/agent_store/agent_store.hpp"
#include "storage/warning.hpp"

#include <cstddef>
#include <filesystem>
#include <string>

namespace praetor::storage {

struct import_report {
  bool done_before = false; ///< an earlier start has imported; nothing was read
  std::size_t services = 0, service_configs = 0, checks = 0, check_states = 0;
  std::size_t skipped = 0; ///< each with a warning
};

/// At the first start with a Consul data_dir: imports its services, checks, check states and tokens durably. Ignores
/// files whose name ends with `tmp`; skips unreadable ones and those with an unknown Source with a warning. Leaves the
/// files unchanged. Later starts do nothing.
expected<import_report> import_consul_files(agent_store& store, const std::filesystem::path& data_directory,
                                            const warning_callback& warn);

/// The node id, stored in `<data_directory>/node-id` as in Consul. The file takes precedence; if it does not exist,
/// `candidate` (a configured or generated UUID) is written to it. Error: the file is malformed.
expected<std::string> keep_node_id(const std::filesystem::path& data_directory, const std::string& candidate);

/// Replaces the file with a configured id.
expected<void> write_node_id(const std::filesystem::path& data_directory, const std::string& id);

} // namespace praetor::storage
