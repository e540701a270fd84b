#pragma once

#include <cstddef>

namespace praetor {

/// How much memory the objects may take that are made of an encoded text. Two bytes may stand for an object of
/// kilobytes, so that a list of them could take hundreds of times its own size.
class object_allowance {
public:
  /// What a writer's smallest operation of a transaction needs is 30 times its bytes.
  static constexpr std::size_t memory_per_byte = 64;
  static constexpr std::size_t free_memory = 64 << 10;
  /// What a std::map takes for an element beside the element itself.
  static constexpr std::size_t map_node_bytes = 48;

  explicit object_allowance(std::size_t encoded_bytes) : left_(free_memory + memory_per_byte * encoded_bytes) {}

  /// Accounts for one more object. @returns false if it is too much
  bool take(std::size_t object_bytes) {
    if (object_bytes > left_) return false;
    left_ -= object_bytes;
    return true;
  }

private:
  std::size_t left_; ///< bytes
};

} // namespace praetor
