#pragma once

#include "actors/complaint_limit.hpp"
#include "frontends/http/io_loop.hpp"

#include <utility>

namespace praetor::http {

/// Owns a file descriptor until it is released.
class unique_socket {
public:
  explicit unique_socket(int fd = -1) : fd_(fd) {}
  unique_socket(unique_socket&& other) noexcept : fd_(other.release()) {}
  unique_socket& operator=(unique_socket&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~unique_socket();
  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }

private:
  int fd_;
};

/// Opens a listening socket; sets the port if the system chose it.
expected<unique_socket> open_listener(listener_options& options);

/// Accepts on the first loop and distributes the connections round-robin.
class listener : public std::enable_shared_from_this<listener> {
public:
  using context_source = std::function<tls_context()>;
  listener(listener_options options, unique_socket socket, std::vector<std::shared_ptr<io_loop>> loops,
           context_source contexts);

  void begin();
  void close();
  std::uint64_t accepted() const { return accepted_.value(); }
  std::uint64_t refused() const { return refused_.value(); }

private:
  void wait();
  void accept_some();
  void take(unique_socket socket, const struct sockaddr_storage& from);
  /// Has an idle connection of that client closed, by the first of the loops from `loop` on that has one.
  void make_room(const std::string& address, std::size_t loop = 0);
  void complain(const std::string& address, const std::string& text);
  void refuse(int socket, const std::string& address, admission why);

  listener_options options_;
  std::vector<std::shared_ptr<io_loop>> loops_;
  context_source contexts_;
  stream_socket socket_;
  loop_timer retry_;
  std::size_t next_ = 0;
  bool closed_ = false;
  tally accepted_, refused_;
  complaint_limit complaints_;
};

} // namespace praetor::http
