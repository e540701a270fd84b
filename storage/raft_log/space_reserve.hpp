#pragma once

#include "storage/warning.hpp"

#include <cstdint>
#include <filesystem>

namespace praetor::storage {

/// Sees a full disk coming. A file of `size` bytes is kept allocated. When less than `low_mark` is free beside it, the
/// file is given up, so that votes, snapshots and compaction still find room, and the disk counts as full until there
/// is room for the file and twice the low mark again.
class space_reserve {
public:
  space_reserve(std::filesystem::path file, std::uint64_t size, std::uint64_t low_mark, warning_callback warn);

  /// Looks at the disk and acts. False: low.
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
