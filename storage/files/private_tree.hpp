#pragma once

#include "protocol/types/error.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace praetor::storage {

/// The result of `make_private`.
struct private_report {
  std::size_t directories = 0, files = 0; ///< entries that were accessible to others
  std::string first;                      ///< an example
  std::vector<std::string> refused;       ///< errors for entries that could not be changed
};

/// Removes all permissions of group and others from a directory and from all directories and regular files in it. Does
/// not follow symbolic links, and ignores other file types.
/// @returns an error if the directory itself can't be read; errors inside are in the report.
expected<private_report> make_private(const std::filesystem::path& directory);

/// Creates a directory that only its owner may enter; its parents get default permissions.
expected<void> make_private_directory(const std::filesystem::path& directory);

} // namespace praetor::storage
