#include "http_connection.hpp"
#include "options.hpp"

#include <cstdio>
#include <fstream>
#include <memory>
#include <sys/epoll.h>
#include <unistd.h>

namespace praetor::bench {

namespace {

std::vector<std::string> read_requests(const std::string& file) {
  std::ifstream in{file};
  if (!in) throw std::runtime_error("cannot read " + file);
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line);) {
    const auto method_end = line.find(' ');
    if (method_end == std::string::npos) throw std::runtime_error("expected METHOD PATH [BODY]: " + line);
    const auto path_end = std::min(line.find(' ', method_end + 1), line.size());
    const std::string_view text{line};
    out.push_back(build_request(text.substr(0, method_end), text.substr(method_end + 1, path_end - method_end - 1),
                                text.substr(std::min(path_end + 1, line.size()))));
  }
  if (out.empty()) throw std::runtime_error(file + " holds no request");
  return out;
}

/// A closed loop: every connection sends its next request after the answer to the last one.
class http_load {
public:
  explicit http_load(const options& given)
      : requests_(read_requests(given.text("requests"))), epoll_(::epoll_create1(EPOLL_CLOEXEC)),
        once_(given.number("once", 0) != 0) {
    const auto count = static_cast<std::size_t>(given.number("conns", 32));
    for (std::size_t i = 0; i < count; ++i) {
      connections_.push_back(std::make_unique<http_connection>(given.text("host", "127.0.0.1"),
                                                               static_cast<std::uint16_t>(given.number("port", 8500))));
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.u64 = i;
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connections_.back()->descriptor(), &event);
    }
  }

  http_load(const http_load&) = delete;
  http_load& operator=(const http_load&) = delete;
  ~http_load() { ::close(epoll_); }

  /// Runs until `warmup + measured` has passed, or each request was sent once. @returns the report.
  std::string run(clock::duration warmup, clock::duration measured) {
    auto start = clock::now();
    auto warm = once_;
    for (std::size_t i = 0; i < connections_.size(); ++i) start_next(i);
    epoll_event events[512];
    while (in_flight_ > 0) {
      const int ready = ::epoll_wait(epoll_, events, 512, 1000);
      for (int i = 0; i < ready; ++i) advance(events[i]);
      const auto now = clock::now();
      if (ready == 0 && now - start > measured + warmup + std::chrono::seconds{30})
        throw std::runtime_error("no answer for a long time");
      if (once_) continue;
      if (!warm && now - start >= warmup) {
        warm = true;
        start = now;
        seen_.clear();
      } else if (warm && now - start >= measured) {
        return seen_.json(now - start);
      }
    }
    return seen_.json(clock::now() - start);
  }

private:
  void start_next(std::size_t connection) {
    if (once_ && next_ >= requests_.size()) return;
    ++in_flight_;
    if (!connections_[connection]->send(requests_[next_++ % requests_.size()])) listen(connection, EPOLLIN | EPOLLOUT);
  }

  void advance(const epoll_event& event) {
    auto& connection = *connections_[event.data.u64];
    if ((event.events & EPOLLOUT) != 0 && connection.flush()) listen(event.data.u64, EPOLLIN);
    if ((event.events & ~static_cast<std::uint32_t>(EPOLLOUT)) == 0 || !connection.receive()) return;
    --in_flight_;
    seen_.add(clock::now() - connection.sent_at());
    if (const auto status = connection.response().status(); status != 200) seen_.count(std::to_string(status));
    start_next(event.data.u64);
  }

  void listen(std::size_t connection, std::uint32_t what) {
    epoll_event event{};
    event.events = what;
    event.data.u64 = connection;
    ::epoll_ctl(epoll_, EPOLL_CTL_MOD, connections_[connection]->descriptor(), &event);
  }

  std::vector<std::string> requests_;
  std::vector<std::unique_ptr<http_connection>> connections_;
  samples seen_;
  std::size_t next_ = 0;
  std::size_t in_flight_ = 0;
  int epoll_;
  bool once_;
};

} // namespace

int run_http_load(const options& given) {
  const auto span = [&](const char* name, double fallback) {
    return std::chrono::duration_cast<clock::duration>(std::chrono::duration<double>(given.real(name, fallback)));
  };
  http_load load{given};
  std::puts(load.run(span("warmup", 0.5), span("seconds", 3)).c_str());
  return 0;
}

} // namespace praetor::bench
