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

/// Temporary data that may be too large for memory. Disappears with the object and with the process. Not thread-safe.
class scratch_file {
public:
  virtual ~scratch_file() = default;
  /// Appends all bytes.
  virtual expected<void> write(std::string_view bytes) = 0;
  /// Reads up to `max` bytes at `offset` into `buffer`. @returns the number of bytes; 0 at the end
  virtual expected<std::size_t> read_at(std::uint64_t offset, char* buffer, std::size_t max) const = 0;
  virtual std::uint64_t size() const = 0;
  /// All bytes; a file is mapped instead of copied. Valid until the next write.
  virtual expected<std::string_view> view() = 0;
  /// A new empty one in the same place.
  virtual expected<std::shared_ptr<scratch_file>> another() const = 0;
};

/// Stores the bytes in memory: for agents without a disk, and for the simulator.
/// @param max_bytes writes beyond it fail
std::shared_ptr<scratch_file> make_memory_scratch(std::string content = {},
                                                  std::uint64_t max_bytes = ~std::uint64_t{0});

/// Stores the bytes in an unnamed file of `directory`, so that a crash leaves nothing behind. Mode 0600.
/// @param least_free bytes that must stay free on the file system; writes beyond that fail
expected<std::shared_ptr<scratch_file>> make_scratch_in(const std::filesystem::path& directory,
                                                        std::uint64_t least_free);

/// Reads it once from the beginning, as a `byte_source`.
std::function<expected<std::size_t>(char*, std::size_t)> reader_of(std::shared_ptr<const scratch_file> file);

} // namespace praetor::storage
