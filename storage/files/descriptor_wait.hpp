#pragma once

#include <chrono>

namespace praetor::storage {

/// Whether opening a file failed because the process or the system has no descriptor (or no memory for one) left. That
/// passes when connections end; it says nothing about the file or its disk.
bool is_out_of_descriptors(int error_number);

/// Whether this process can open anything at all just now.
bool has_descriptors_left();

/// The pauses of a thread that waits for a descriptor: short at first, a second at last.
class descriptor_wait {
public:
  /// Sleeps. Only on threads that may block on disks.
  void pause();
  /// How long all pauses took together.
  std::chrono::milliseconds waited() const { return waited_; }

private:
  std::chrono::milliseconds next_{10}, waited_{0};
};

} // namespace praetor::storage
