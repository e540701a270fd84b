#pragma once

#include <chrono>

namespace praetor::storage {

/// Whether opening a file failed because the process or the system is out of descriptors (or of memory for one). That
/// is temporary, and says nothing about the file or its disk.
bool is_out_of_descriptors(int error_number);

/// Whether this process can currently open a file.
bool has_descriptors_left();

/// The growing delays of a thread that waits for a descriptor, up to a second.
class descriptor_wait {
public:
  /// Sleeps. Only on threads that may block on disk.
  void pause();
  /// The total of all delays.
  std::chrono::milliseconds waited() const { return waited_; }

private:
  std::chrono::milliseconds next_{10}, waited_{0};
};

} // namespace praetor::storage
