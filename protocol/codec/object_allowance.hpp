#pragma once

#include <cstddef>

namespace praetor {

/// Limits the memory of objects decoded from an encoded text. Two bytes can encode an object of kilobytes, so a list of
/// them could take hundreds of times the size of its text.
class object_allowance {
public:
  /// The smallest transaction operation in MessagePack needs 30 times its bytes.
  static constexpr std::size_t memory_per_byte = 64;
  static constexpr std::size_t free_memory = 64 << 10;
  /// The overhead of a std::map node.
  static constexpr std::size_t map_node_bytes = 48;

  explicit object_allowance(std::size_t encoded_bytes) : left_(free_memory + memory_per_byte * encoded_bytes) {}

  /// Counts one more object. @returns false if it exceeds the allowance
  bool take(std::size_t object_bytes) {
    if (object_bytes > left_) return false;
    left_ -= object_bytes;
    return true;
  }

private:
  std::size_t left_; ///< bytes
};

} // namespace praetor
