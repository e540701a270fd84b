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

/// An error from `errno`: "open /x/y: No such file or directory".
error system_error(std::string_view doing, const std::filesystem::path& path);

/// Syncs a directory, so that created and removed names are durable.
expected<void> sync_directory(const std::filesystem::path& directory);

/// Creates a directory and its parents, each name durably, accessible to the owner only.
expected<void> make_directories(const std::filesystem::path& directory, mode_t mode = 0700);

/// Reads the whole file.
expected<std::string> read_file(const std::filesystem::path& path);

/// Replaces a file's content atomically: writes a temporary file, syncs and renames it. After a crash the file is the
/// old or the new one.
expected<void> replace_file(const std::filesystem::path& path, std::string_view content, mode_t mode = 0600);

/// An open file, closed by the destructor.
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

  /// Waits some seconds while the process is out of descriptors.
  static expected<file_handle> open(const std::filesystem::path& path, int flags, mode_t mode = 0600);
  int get() const { return descriptor_; }
  bool is_open() const { return descriptor_ >= 0; }
  /// Writes all bytes. `path` is for the error.
  expected<void> write(std::string_view bytes, const std::filesystem::path& path);
  expected<void> sync(const std::filesystem::path& path);
  /// Reads up to `max` bytes at `offset`; empty at the end.
  expected<std::string> read_at(std::uint64_t offset, std::size_t max, const std::filesystem::path& path) const;

private:
  int descriptor_ = -1;
};

} // namespace praetor::storage
