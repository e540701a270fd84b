#include "frontends/http/disk_thread.hpp"

#include <pthread.h>
#include <signal.h>

namespace praetor::http {

disk_thread::~disk_thread() { stop(); }

void disk_thread::run(std::function<void()> work) {
  std::lock_guard lock(mutex_);
  if (stopped_) return;
  work_.push_back(std::move(work));
  more_.notify_one();
  if (thread_.joinable()) return;
  // The main thread handles signals.
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, &before);
  thread_ = std::thread([this] { serve(); });
  pthread_setname_np(thread_.native_handle(), "http bodies");
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
}

void disk_thread::stop() {
  std::deque<std::function<void()>> dropped;
  {
    std::lock_guard lock(mutex_);
    stopped_ = true;
    dropped.swap(work_);
    more_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void disk_thread::serve() {
  std::unique_lock lock(mutex_);
  for (;;) {
    more_.wait(lock, [this] { return stopped_ || !work_.empty(); });
    if (stopped_) return;
    auto work = std::move(work_.front());
    work_.pop_front();
    lock.unlock();
    work();
    work = nullptr;
    lock.lock();
  }
}

} // namespace praetor::http
