#pragma once

#include "protocol/types/error.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <utility>

namespace praetor::storage {

/// "open /x/y: No such file or directory" from `errno`.
error system_error(std::string_view doing, const std::filesystem::path& path);

/// fsync of a directory, so that names made or dropped in it last.
expected<void> sync_directory(const std::filesystem::path& directory);

/// Makes a directory and those above it, each new name durable. What an agent keeps is for its owner alone.
expected<void> make_directories(const std::filesystem::path& directory, mode_t mode = 0700);

/// The whole file.
expected<std::string> read_file(const std::filesystem::path& path);

/// Replaces a file with new content: written beside it, synced, renamed. After a crash it is the old or the new one.
expected<void> replace_file(const std::filesystem::path& path, std::string_view content, mode_t mode = 0600);

/// An open file that is closed with the object.
class file_handle {
public:
  file_handle() = default;
  explicit file_handle(int descriptor) : descriptor_(descriptor) {}
  file_handle(file_handle&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  file_handle& operator=(file_handle&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~file_handle();

  /// Waits some seconds while the process has no descriptors left.
  static expected<file_handle> open(const std::filesystem::path& path, int flags, mode_t mode = 0600);
  int get() const { return descriptor_; }
  bool is_open() const { return descriptor_ >= 0; }
  /// Writes all of it. `path` is for the error.
  expected<void> write(std::string_view bytes, const std::filesystem::path& path);
  expected<void> sync(const std::filesystem::path& path);
  /// Up to `max` bytes from `offset` on; empty at the end.
  expected<std::string> read_at(std::uint64_t offset, std::size_t max, const std::filesystem::path& path) const;

private:
  int descriptor_ = -1;
};

} // namespace praetor::storage
