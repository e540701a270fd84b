#pragma once

#include "protocol/types/error.hpp"

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

namespace praetor::storage {

/// Bytes in passing that may be too many for memory. They go with the object, and with the process. One thread at a
/// time.
class scratch_file {
public:
  virtual ~scratch_file() = default;
  /// Appends all of the bytes.
  virtual expected<void> write(std::string_view bytes) = 0;
  /// Puts up to `max` bytes from `offset` on at `buffer`. @returns how many; 0 at the end
  virtual expected<std::size_t> read_at(std::uint64_t offset, char* buffer, std::size_t max) const = 0;
  virtual std::uint64_t size() const = 0;
  /// All bytes, without a copy in the process's own memory where there is a file. Valid until the next write.
  virtual expected<std::string_view> view() = 0;
  /// An empty one in the same place.
  virtual expected<std::shared_ptr<scratch_file>> another() const = 0;
};

/// Keeps the bytes in memory: for agents without a disk, and for the simulator.
/// @param max_bytes a write beyond it fails
std::shared_ptr<scratch_file> make_memory_scratch(std::string content = {},
                                                  std::uint64_t max_bytes = ~std::uint64_t{0});

/// Keeps the bytes in a file of `directory` that has no name, so that a crash leaves nothing behind. Mode 0600.
/// @param least_free bytes that have to stay free on the file system; a write that would use them fails
expected<std::shared_ptr<scratch_file>> make_scratch_in(const std::filesystem::path& directory,
                                                        std::uint64_t least_free);

/// Reads it once from its beginning, as `byte_source` does.
std::function<expected<std::size_t>(char*, std::size_t)> reader_of(std::shared_ptr<const scratch_file> file);

} // namespace praetor::storage
