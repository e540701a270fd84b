#pragma once

#include "protocol/types/error.hpp"

#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

namespace praetor::storage {

/// What `make_private` found.
struct private_report {
  std::size_t directories = 0, files = 0; ///< whose permissions it took from others
  std::string first;                      ///< one of them, as an example
  std::vector<std::string> refused;       ///< errors of those that it could not change
};

/// Takes every permission of group and others from a directory and from all directories and regular files in it.
/// Symbolic links inside are not followed, and what is neither a directory nor a regular file keeps its permissions.
/// @returns an error if the directory itself can't be looked at; what can't be changed inside is in the report.
expected<private_report> make_private(const std::filesystem::path& directory);

/// Makes a directory that only its owner may enter, and those above it with the usual permissions.
expected<void> make_private_directory(const std::filesystem::path& directory);

} // namespace praetor::storage
