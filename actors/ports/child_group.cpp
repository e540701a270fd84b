#include "actors/ports/child_group.hpp"

#include "actors/ports/spawn.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace praetor {

expected<child_group> child_group::start(const string_list& arguments, int output, int input,
                                         const string_list& environment) {
  auto process = spawn({arguments, environment, input, output});
  if (!process) return tl::make_unexpected(process.error());
  child_group out;
  out.process_ = *process;
  return out;
}

child_group::child_group(child_group&& other) noexcept : process_(std::exchange(other.process_, 0)) {}

child_group& child_group::operator=(child_group&& other) noexcept {
  std::swap(process_, other.process_);
  return *this;
}

child_group::~child_group() {
  if (!running()) return;
  kill();
  reap();
}

expected<int> child_group::end_descriptor() const {
  auto descriptor = static_cast<int>(::syscall(SYS_pidfd_open, process_, 0));
  if (descriptor < 0) return fail("pidfd_open: " + lower_case(std::strerror(errno)));
  ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
  return descriptor;
}

void child_group::kill() {
  if (running()) ::kill(-process_, SIGKILL);
}

int child_group::reap() {
  int status = 0;
  while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {
  }
  process_ = 0;
  return status;
}

} // namespace praetor
