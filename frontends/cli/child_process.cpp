#include "frontends/cli/child_process.hpp"

#include "actors/ports/spawn.hpp"
#include "frontends/cli/command.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

namespace praetor::cli {

namespace {

using std::chrono::steady_clock;

constexpr std::chrono::seconds end_grace{5};

/// During its lifetime, this thread's writes to a closed pipe fail with EPIPE and raise no signal, whatever the process
/// does with SIGPIPE.
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

/// A descriptor that becomes readable when the process ends, if it exists and still runs; otherwise -1.
int open_running(pid_t process) {
  int descriptor = static_cast<int>(::syscall(SYS_pidfd_open, process, 0));
  pollfd ended{descriptor, POLLIN, 0};
  if (descriptor < 0 || ::poll(&ended, 1, 0) == 0) return descriptor;
  ::close(descriptor); // a zombie that its parent has not reaped yet
  return -1;
}

/// Such a descriptor for any running member of a process group; -1: none.
int running_member(pid_t group) {
  std::error_code failed;
  for (std::filesystem::directory_iterator each("/proc", failed), end; !failed && each != end; each.increment(failed)) {
    auto name = each->path().filename().string();
    pid_t id = 0;
    auto* last = name.data() + name.size();
    if (std::from_chars(name.data(), last, id).ptr != last || ::getpgid(id) != group) continue;
    if (int descriptor = open_running(id); descriptor >= 0) return descriptor;
  }
  return -1;
}

/// Whether this process is in the terminal's foreground group: only that group may read from the terminal.
bool at_terminal() { return ::tcgetpgrp(STDIN_FILENO) == ::getpgrp(); }

constexpr auto never = steady_clock::time_point::max();

/// The timeout for poll(2).
int milliseconds_until(steady_clock::time_point deadline) {
  if (deadline == never) return -1;
  auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now()).count();
  return static_cast<int>(std::max<std::int64_t>(left, 0));
}

} // namespace

expected<std::unique_ptr<child_process>> child_process::start(child_request request) {
  std::array<int, 2> pipe_ends{-1, -1};
  if (request.input && ::pipe2(pipe_ends.data(), O_CLOEXEC) != 0) return fail("pipe: " + errno_text(errno));
  if (request.input) ::fcntl(pipe_ends[1], F_SETFL, O_NONBLOCK);
  spawn_request what;
  what.arguments = std::move(request.arguments);
  what.environment = std::move(request.environment);
  what.input = request.input ? pipe_ends[0] : request.inherit_input ? STDIN_FILENO : -1;
  what.own_group = !at_terminal();
  auto id = spawn(what);
  if (pipe_ends[0] >= 0) ::close(pipe_ends[0]);
  if (!id) {
    if (pipe_ends[1] >= 0) ::close(pipe_ends[1]);
    return tl::make_unexpected(id.error());
  }
  std::unique_ptr<child_process> child(
      new child_process(*id, what.own_group, pipe_ends[1], ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)));
  child->unfed_ = std::move(request.input).value_or("");
  if (child->exit_ < 0 || child->news_ < 0) return fail("pidfd_open: " + errno_text(errno));
  return child;
}

child_process::child_process(pid_t id, bool leads_group, int input, int news)
    : id_(id), leads_group_(leads_group), exit_(static_cast<int>(::syscall(SYS_pidfd_open, id, 0))), input_(input),
      news_(news) {}

child_process::~child_process() {
  if (!gone_) {
    kill(SIGKILL);
    reap();
  }
  for (int each : {exit_, input_, news_})
    if (each >= 0) ::close(each);
}

void child_process::kill(int signal) {
  std::lock_guard lock(mutex_);
  if (!gone_) ::kill(leads_group_ ? -id_ : id_, signal);
}

void child_process::end(int signal) {
  ending_ = signal;
  eventfd_write(news_, 1); // before the child can end, so that wait() knows why it did
  kill(signal);
}

/// @returns its wait status (waitpid(2))
int child_process::reap() {
  std::lock_guard lock(mutex_);
  int status = 0;
  while (::waitpid(id_, &status, 0) < 0 && errno == EINTR) {
  }
  gone_ = true;
  return status;
}

/// Writes as much as the pipe accepts. @returns whether there is more
bool child_process::feed() {
  no_pipe_signal quiet;
  auto wrote = ::write(input_, unfed_.data(), unfed_.size());
  if (wrote < 0 && (errno == EINTR || errno == EAGAIN)) return true;
  if (wrote < 0) return false; // a child may ignore its input
  unfed_.erase(0, static_cast<std::size_t>(wrote));
  return !unfed_.empty();
}

/// Waits for the child's descendants. A shell's background jobs ignore SIGINT, so they are signalled with SIGTERM. The
/// group's id is reserved as long as it has a member. Members that still run at the deadline are killed and waited for:
/// only what hangs in the kernel is left behind.
void child_process::end_group(steady_clock::time_point until) const {
  if (!leads_group_) return;
  if (ending_ != SIGTERM) ::kill(-id_, SIGTERM);
  bool killed = false;
  for (int member; (member = running_member(id_)) >= 0;) {
    pollfd waiting{member, POLLIN, 0};
    bool late = ::poll(&waiting, 1, milliseconds_until(until)) == 0;
    ::close(member);
    if (!late) continue;
    if (std::exchange(killed, true)) return;
    ::kill(-id_, SIGKILL);
    until = steady_clock::now() + end_grace;
  }
}

std::string child_process::wait(const std::function<void()>& ending) {
  auto deadline = never;
  for (bool over = false; !over;) {
    std::array<pollfd, 3> waiting{{{exit_, POLLIN, 0}, {news_, POLLIN, 0}, {input_, POLLOUT, 0}}};
    int ready = ::poll(waiting.data(), waiting.size(), milliseconds_until(deadline));
    if (ready < 0 && errno != EINTR) break;
    if (ready == 0) {
      kill(SIGKILL);
      deadline = never;
    }
    if (ready <= 0) continue;
    if (waiting[2].revents != 0 && !feed()) {
      ::close(input_);
      input_ = -1;
    }
    if (waiting[1].revents != 0) {
      eventfd_t times = 0;
      eventfd_read(news_, &times);
      if (deadline == never) {
        deadline = steady_clock::now() + end_grace;
        ending();
      }
    }
    over = waiting[0].revents != 0;
  }
  auto status = reap();
  if (deadline != never) end_group(deadline);
  return exit_text(status);
}

std::string foreground_child::run(child_process& child, const std::function<void()>& ending) {
  auto take = [this](child_process* now) {
    std::lock_guard lock(mutex_);
    child_ = now;
    if (child_ && ending_) child_->end(*ending_);
  };
  take(&child);
  auto result = child.wait(ending);
  take(nullptr);
  return result;
}

void foreground_child::end(int signal) {
  std::lock_guard lock(mutex_);
  ending_ = signal;
  if (child_) child_->end(signal);
}

} // namespace praetor::cli
