#include "actors/ports/child_group.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace praetor {

namespace {

std::string cannot_start(const std::string& program, int code) {
  if (program.find('/') == std::string::npos && code == ENOENT)
    return "exec: " + praetor::quoted(program) + ": executable file not found in $PATH";
  return "fork/exec " + program + ": " + lower_case(std::strerror(code));
}

} // namespace

expected<child_group> child_group::start(const string_list& arguments, int output) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&files, output, STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setpgroup(&attributes, 0);
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&attributes, &signals);
  sigfillset(&signals);
  sigdelset(&signals, SIGKILL);
  sigdelset(&signals, SIGSTOP);
  posix_spawnattr_setsigdefault(&attributes, &signals);
  std::vector<char*> argv;
  for (const auto& arg : arguments) argv.push_back(const_cast<char*>(arg.c_str()));
  argv.push_back(nullptr);
  child_group out;
  int failed = posix_spawnp(&out.process_, argv[0], &files, &attributes, argv.data(), environ);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&files);
  if (!failed) return out;
  out.process_ = 0;
  return fail(cannot_start(arguments.front(), failed));
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
