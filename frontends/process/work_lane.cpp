#include "frontends/process/work_lane.hpp"

#include <csignal>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>

namespace praetor {

namespace {

/// Added to the nice value of the other threads: the lane gets what they leave, and about a quarter of a contended
/// core.
constexpr int lower_priority = 5;

void become_background_thread() {
  // Block signals: the main thread handles them.
  sigset_t all;
  sigfillset(&all);
  pthread_sigmask(SIG_BLOCK, &all, nullptr);
  pthread_setname_np(pthread_self(), "work lane");
  // On Linux each thread has its own nice value.
  auto own = static_cast<id_t>(::gettid());
  ::setpriority(PRIO_PROCESS, own, ::getpriority(PRIO_PROCESS, own) + lower_priority);
}

} // namespace

work_lane::work_lane(limits most) : limits_(most) {}
work_lane::~work_lane() { stop(); }

bool work_lane::run(const std::string& who, std::function<void()> work) {
  std::lock_guard lock(guard_);
  if (stopped_ || count_ >= limits_.most_waiting) return false;
  if (!thread_.joinable() && !start()) return false;
  auto& own = waiting_[who];
  if (own.size() >= limits_.most_of_one) return false;
  own.push_back(std::move(work));
  ++count_;
  news_.notify_one();
  return true;
}

bool work_lane::start() {
  try {
    thread_ = std::thread([this] {
      become_background_thread();
      work_off();
    });
    return true;
  } catch (const std::system_error&) {
    return false; // no thread available; the next task tries again
  }
}

void work_lane::work_off() {
  std::unique_lock lock(guard_);
  for (;;) {
    news_.wait(lock, [this] { return stopped_ || count_ > 0; });
    if (stopped_) return;
    auto next = waiting_.upper_bound(last_);
    if (next == waiting_.end()) next = waiting_.begin();
    last_ = next->first;
    auto work = std::move(next->second.front());
    next->second.pop_front();
    if (next->second.empty()) waiting_.erase(next);
    --count_;
    lock.unlock();
    work();
    work = nullptr; // release what it owns without the lock
    lock.lock();
  }
}

void work_lane::stop() {
  std::map<std::string, std::deque<std::function<void()>>> dropped;
  {
    std::lock_guard lock(guard_);
    stopped_ = true;
    dropped.swap(waiting_);
    count_ = 0;
  }
  news_.notify_all();
  if (thread_.joinable()) thread_.join();
}

} // namespace praetor
