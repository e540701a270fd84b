#pragma once

#include "protocol/config/load.hpp"

namespace praetor::cli {

/// This machine as the environment for loading a configuration.
class process_environment final : public config::environment {
public:
  path_kind kind_of(const std::string& path) override;
  expected<std::string> read_file(const std::string& path) override;
  expected<std::vector<entry>> list_directory(const std::string& path) override;
  expected<std::vector<config::interface_address>> interfaces() override;
  expected<std::string> hostname() override;
  std::optional<std::string> getenv(const std::string& name) override;
  std::uint64_t max_file_descriptors() override;
};

} // namespace praetor::cli
