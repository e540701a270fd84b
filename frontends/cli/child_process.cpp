#include "frontends/cli/child_process.hpp"

#include "frontends/cli/command.hpp"
#include "protocol/types/values.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

extern char** environ;

namespace praetor::cli {

namespace {

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  for (auto& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

/// Go's name of a signal.
std::string signal_text(int number) {
  switch (number) {
  case SIGKILL: return "killed";
  case SIGTERM: return "terminated";
  case SIGINT: return "interrupt";
  case SIGHUP: return "hangup";
  case SIGABRT: return "aborted";
  case SIGSEGV: return "segmentation fault";
  default: return "signal " + std::to_string(number);
  }
}

/// While it lives, this thread's writes to a pipe that nobody reads fail with EPIPE and raise no signal, whatever the
/// process does with SIGPIPE.
class no_pipe_signal {
public:
  no_pipe_signal() {
    sigemptyset(&pipe_);
    sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    sigpending(&pending);
    was_pending_ = sigismember(&pending, SIGPIPE) == 1;
    pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  ~no_pipe_signal() {
    timespec at_once{};
    if (!was_pending_)
      while (sigtimedwait(&pipe_, nullptr, &at_once) < 0 && errno == EINTR) {
      }
    pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }
  no_pipe_signal(const no_pipe_signal&) = delete;
  no_pipe_signal& operator=(const no_pipe_signal&) = delete;

private:
  sigset_t pipe_, before_;
  bool was_pending_ = false;
};

/// Feeds the child's standard input; a child that doesn't read it is no failure.
void feed(int pipe_end, const std::string& input) {
  no_pipe_signal quiet;
  std::size_t done = 0;
  while (done < input.size()) {
    auto wrote = ::write(pipe_end, input.data() + done, input.size() - done);
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote <= 0) break;
    done += static_cast<std::size_t>(wrote);
  }
  ::close(pipe_end);
}

/// Signals are as at the start of a program, whatever this process blocks or ignores.
void reset_signals(posix_spawnattr_t& attributes) {
  sigset_t none, standard;
  sigemptyset(&none);
  sigfillset(&standard);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &standard);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

} // namespace

std::vector<std::string> shell_command(const std::string& script) {
  auto shell = std::getenv("SHELL");
  return {shell && *shell ? shell : "/bin/sh", "-c", script};
}

expected<child_process> child_process::start(const child_request& request) {
  auto arguments = request.arguments;
  std::vector<std::string> environment;
  for (char** each = environ; *each != nullptr; ++each) environment.emplace_back(*each);
  environment.insert(environment.end(), request.environment.begin(), request.environment.end());

  std::array<int, 2> pipe_ends{-1, -1};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (request.input) {
    if (::pipe2(pipe_ends.data(), O_CLOEXEC) != 0) return fail("pipe: " + errno_text(errno));
    posix_spawn_file_actions_adddup2(&actions, pipe_ends[0], STDIN_FILENO);
  } else if (!request.inherit_input) {
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  }
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  reset_signals(attributes);
  pid_t id = 0;
  int code = ::posix_spawnp(&id, arguments[0].c_str(), &actions, &attributes, pointers(arguments).data(),
                            pointers(environment).data());
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (pipe_ends[0] >= 0) ::close(pipe_ends[0]);
  if (code != 0) {
    if (pipe_ends[1] >= 0) ::close(pipe_ends[1]);
    auto& name = arguments[0];
    if (code == ENOENT && name.find('/') == std::string::npos)
      return fail("exec: " + praetor::quoted(name) + ": executable file not found in $PATH");
    return fail("fork/exec " + name + ": " + errno_text(code));
  }
  if (pipe_ends[1] >= 0) feed(pipe_ends[1], *request.input);
  return child_process(id);
}

std::string child_process::wait() {
  int status = 0;
  while (::waitpid(id_, &status, 0) < 0)
    if (errno != EINTR) return "wait: " + errno_text(errno);
  if (WIFSIGNALED(status)) return "signal: " + signal_text(WTERMSIG(status));
  int code = WEXITSTATUS(status);
  return code == 0 ? "" : "exit status " + std::to_string(code);
}

void child_process::signal(int number) const { ::kill(id_, number); }

} // namespace praetor::cli
