#include "http_connection.hpp"
#include "options.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <poll.h>
#include <sys/epoll.h>
#include <thread>
#include <unistd.h>

namespace praetor::bench {

namespace {

/// Sends a request and waits for its answer. @returns the answer's index.
std::uint64_t ask(http_connection& connection, const std::string& request) {
  pollfd waiting{connection.descriptor(), POLLOUT, 0};
  for (bool sent = connection.send(request); !sent; sent = connection.flush()) ::poll(&waiting, 1, 1000);
  waiting.events = POLLIN;
  for (;;) {
    if (::poll(&waiting, 1, 30000) == 0) throw std::runtime_error("no answer in 30 s");
    if (connection.receive()) break;
  }
  if (connection.response().status() >= 400)
    throw std::runtime_error("status " + std::to_string(connection.response().status()));
  return connection.response().index();
}

class watch_load {
public:
  explicit watch_load(const options& given)
      : path_("/v1/kv/" + given.text("key")), epoll_(::epoll_create1(EPOLL_CLOEXEC)),
        settle_(given.number("settle-ms", 500)),
        writer_(given.text("host", "127.0.0.1"), static_cast<std::uint16_t>(given.number("port", 8500))) {
    const auto count = static_cast<std::size_t>(given.number("conns", 1000));
    for (std::size_t i = 0; i < count; ++i) {
      watchers_.push_back(std::make_unique<http_connection>(given.text("host", "127.0.0.1"),
                                                            static_cast<std::uint16_t>(given.number("port", 8500))));
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = i;
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, watchers_.back()->descriptor(), &event);
    }
  }

  watch_load(const watch_load&) = delete;
  watch_load& operator=(const watch_load&) = delete;
  ~watch_load() { ::close(epoll_); }

  /// Writes the key and makes every watcher wait for its next change.
  void register_watchers() {
    ask(writer_, build_request("PUT", path_, "value-" + std::to_string(round_++)));
    const auto index = ask(writer_, build_request("GET", path_, ""));
    blocking_ = build_request("GET", path_ + "?wait=300s&index=" + std::to_string(index), "");
    for (auto& watcher : watchers_)
      if (!watcher->send(blocking_)) throw std::runtime_error("a request did not fit the socket's buffer");
    // Nothing signals when a server has parked all watchers; an answer before the write is an error and is detected
    // below.
    std::this_thread::sleep_for(settle_);
  }

  /// @returns the time from the write until the last watcher has its answer.
  clock::duration fire() {
    const auto write = build_request("PUT", path_, "value-" + std::to_string(round_++));
    epoll_event events[512];
    if (::epoll_wait(epoll_, events, 512, 0) > 0) throw std::runtime_error("a watcher was answered before the write");
    const auto start = clock::now();
    if (!writer_.send(write)) throw std::runtime_error("a request did not fit the socket's buffer");
    std::size_t answered = 0;
    while (answered < watchers_.size()) {
      const int ready = ::epoll_wait(epoll_, events, 512, 30000);
      if (ready == 0)
        throw std::runtime_error(std::to_string(watchers_.size() - answered) + " watchers got no answer in 30 s");
      for (int i = 0; i < ready; ++i) answered += watchers_[events[i].data.u64]->receive() ? 1 : 0;
    }
    const auto elapsed = clock::now() - start;
    pollfd waiting{writer_.descriptor(), POLLIN, 0};
    while (::poll(&waiting, 1, 30000) > 0 && !writer_.receive()) {
    }
    return elapsed;
  }

private:
  std::string path_;
  std::string blocking_;
  int epoll_;
  std::chrono::milliseconds settle_;
  http_connection writer_;
  std::vector<std::unique_ptr<http_connection>> watchers_;
  std::uint64_t round_ = 0;
};

} // namespace

int run_watch_load(const options& given) {
  watch_load load{given};
  if (given.number("hold", 0) != 0) {
    load.register_watchers();
    std::puts("{\"holding\":true}");
    std::fflush(stdout);
    while (std::getchar() != EOF) {
    }
    return 0;
  }
  samples seen;
  const auto start = clock::now();
  for (long i = given.number("rounds", 5); i > 0; --i) {
    load.register_watchers();
    seen.add(load.fire());
  }
  std::puts(seen.json(clock::now() - start).c_str());
  return 0;
}

} // namespace praetor::bench
