#pragma once

#include "storage/warning.hpp"

#include <cstdint>
#include <filesystem>

namespace praetor::storage {

/// Detects a nearly full disk. Keeps a file of `size` bytes allocated. When less than `low_mark` is free besides it,
/// the file is released, so that votes, snapshots and compaction still find room, and the disk counts as full until
/// there is room for the file and twice the low mark.
class space_reserve {
public:
  space_reserve(std::filesystem::path file, std::uint64_t size, std::uint64_t low_mark, warning_callback warn);

  /// Checks the disk and acts. Returns false if it is low.
  bool check();
  bool low() const { return low_; }
  std::uint64_t free_bytes() const { return free_; } ///< as of the last check
  std::uint64_t held() const { return held_ ? size_ : 0; }

private:
  bool look();
  void take();
  void give_up();

  std::filesystem::path file_;
  std::uint64_t size_;
  std::uint64_t low_mark_;
  warning_callback warn_;
  std::uint64_t free_ = 0;
  bool held_ = false;
  bool low_ = false;
};

} // namespace praetor::storage
