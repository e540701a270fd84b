#pragma once

#include <csignal>
#include <functional>
#include <initializer_list>
#include <thread>

namespace praetor::cli {

/// Calls back, on a thread of its own, for each of the given signals during its lifetime. Blocks the signals for the
/// calling thread and the threads that it starts, so create it before any other thread.
class signal_watch {
public:
  signal_watch(std::initializer_list<int> signals, std::function<void(int)> on_signal);
  ~signal_watch();
  signal_watch(const signal_watch&) = delete;
  signal_watch& operator=(const signal_watch&) = delete;

private:
  void loop();
  std::function<void(int)> on_signal_;
  sigset_t before_{};
  int signals_ = -1;
  int stop_ = -1;
  std::thread thread_;
};

} // namespace praetor::cli
