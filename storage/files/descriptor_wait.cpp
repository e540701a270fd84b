#include "storage/files/descriptor_wait.hpp"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <thread>
#include <unistd.h>

namespace praetor::storage {

namespace {

constexpr std::chrono::milliseconds longest_pause{1000};

} // namespace

bool is_out_of_descriptors(int error_number) {
  return error_number == EMFILE || error_number == ENFILE || error_number == ENOMEM;
}

bool has_descriptors_left() {
  int fd = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  if (fd < 0) return !is_out_of_descriptors(errno);
  ::close(fd);
  return true;
}

void descriptor_wait::pause() {
  std::this_thread::sleep_for(next_);
  waited_ += next_;
  next_ = std::min(next_ * 2, longest_pause);
}

} // namespace praetor::storage
