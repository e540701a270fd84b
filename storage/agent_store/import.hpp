#pragma once

#include "storage/agent_store/agent_store.hpp"
#include "storage/warning.hpp"

#include <cstddef>
#include <filesystem>
#include <string>

namespace praetor::storage {

struct import_report {
  bool done_before = false; ///< an earlier start has imported; nothing was looked at
  std::size_t services = 0, service_configs = 0, checks = 0, check_states = 0;
  std::size_t skipped = 0; ///< each with a warning
};

/// At the first start on a Consul data_dir: takes over its services, checks, check states and tokens, durably. Files
/// whose name ends in `tmp` are ignored; what can't be read or has an unknown Source is left out with a warning. The
/// files stay as they are. Later starts do nothing.
expected<import_report> import_consul_files(agent_store& store, const std::filesystem::path& data_directory,
                                            const warning_callback& warn);

/// The node's id, kept in `<data_directory>/node-id` as Consul keeps it. What the file holds counts; without a file
/// `candidate` (a UUID, configured or made) is written to it. An invalid file is an error.
expected<std::string> keep_node_id(const std::filesystem::path& data_directory, const std::string& candidate);

/// Replaces the file with a configured id.
expected<void> write_node_id(const std::filesystem::path& data_directory, const std::string& id);

} // namespace praetor::storage
