#include "frontends/process/supervision.hpp"

#include "protocol/types/values.hpp"

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace praetor {

void notify_ready() {
  const char* path = std::getenv("NOTIFY_SOCKET");
  if (!path || (*path != '/' && *path != '@')) return;
  sockaddr_un to{};
  to.sun_family = AF_UNIX;
  auto length = std::strlen(path);
  if (length >= sizeof to.sun_path) return;
  std::memcpy(to.sun_path, path, length);
  if (*path == '@') to.sun_path[0] = '\0'; // an abstract address
  int fd = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return;
  constexpr std::string_view message = "READY=1";
  (void)::sendto(fd, message.data(), message.size(), MSG_NOSIGNAL, reinterpret_cast<sockaddr*>(&to),
                 static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length));
  ::close(fd);
}

expected<void> pid_file::write(const std::string& path) {
  if (path.empty()) return {};
  std::error_code failed;
  auto folder = std::filesystem::path(path).parent_path();
  if (!folder.empty()) std::filesystem::create_directories(folder, failed);
  if (failed) return fail("Could not open pid file: mkdir " + folder.string() + ": " + lower_case(failed.message()));
  int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) return fail("Could not open pid file: open " + path + ": " + std::strerror(errno));
  auto text = std::to_string(::getpid());
  bool whole = ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  ::close(fd);
  if (!whole) return fail("Could not write to pid file: " + path);
  path_ = path;
  return {};
}

pid_file::~pid_file() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

stop_wait::stop_wait() {
  sigset_t set;
  sigemptyset(&set);
  for (int s : {SIGHUP, SIGINT, SIGTERM, SIGUSR1}) sigaddset(&set, s);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  signals_ = ::signalfd(-1, &set, SFD_CLOEXEC);
  requests_ = ::eventfd(0, EFD_CLOEXEC);
  reports_ = ::eventfd(0, EFD_CLOEXEC);
  PRAETOR_ASSERT(signals_ >= 0 && requests_ >= 0 && reports_ >= 0);
}

stop_wait::~stop_wait() {
  ::close(signals_);
  ::close(requests_);
  ::close(reports_);
}

bool stop_wait::next_within(int milliseconds, event& out) {
  pollfd waits[3] = {{signals_, POLLIN, 0}, {requests_, POLLIN, 0}, {reports_, POLLIN, 0}};
  int ready = 0;
  do ready = ::poll(waits, 3, milliseconds);
  while (ready < 0 && errno == EINTR);
  if (ready <= 0) return false;
  for (auto [index, meaning] : {std::pair{2, event::left}, {1, event::leave}}) {
    if (!waits[index].revents) continue;
    std::uint64_t count = 0;
    (void)!::read(waits[index].fd, &count, sizeof count);
    out = meaning;
    return true;
  }
  signalfd_siginfo info{};
  if (::read(signals_, &info, sizeof info) != sizeof info) return false;
  switch (info.ssi_signo) {
  case SIGHUP: out = event::hangup; break;
  case SIGINT: out = event::interrupt; break;
  case SIGUSR1: out = event::usr1; break;
  default: out = event::terminate; break;
  }
  return true;
}

stop_wait::event stop_wait::next() {
  event out{};
  while (!next_within(-1, out)) {
  }
  return out;
}

namespace {

void raise_event(int descriptor) {
  std::uint64_t one = 1;
  (void)!::write(descriptor, &one, sizeof one);
}

} // namespace

void stop_wait::request_leave() { raise_event(requests_); }

void stop_wait::report_left() { raise_event(reports_); }

} // namespace praetor
