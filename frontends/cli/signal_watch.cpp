#include "frontends/cli/signal_watch.hpp"

#include <cerrno>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <unistd.h>

namespace praetor::cli {

signal_watch::signal_watch(std::initializer_list<int> signals, std::function<void(int)> on_signal)
    : on_signal_(std::move(on_signal)) {
  sigset_t set;
  sigemptyset(&set);
  for (int each : signals) sigaddset(&set, each);
  ::pthread_sigmask(SIG_BLOCK, &set, &before_);
  signals_ = ::signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
  stop_ = ::eventfd(0, EFD_CLOEXEC);
  thread_ = std::thread([this] { loop(); });
}

signal_watch::~signal_watch() {
  eventfd_write(stop_, 1);
  thread_.join();
  ::close(signals_);
  ::close(stop_);
  ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
}

void signal_watch::loop() {
  for (;;) {
    pollfd waiting[2] = {{signals_, POLLIN, 0}, {stop_, POLLIN, 0}};
    if (::poll(waiting, 2, -1) < 0 && errno != EINTR) return;
    signalfd_siginfo info{};
    while (::read(signals_, &info, sizeof info) == sizeof info) on_signal_(static_cast<int>(info.ssi_signo));
    if (waiting[1].revents != 0) return;
  }
}

} // namespace praetor::cli
