#pragma once

#include "actors/gossip_port.hpp"
#include "actors/ports/gossip_admission.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace praetor {

/// The way to the thread of the sockets, for those who may live longer than it.
class gossip_entrance {
public:
  explicit gossip_entrance(boost::asio::io_context& context) : context_(&context) {}
  /// Runs the task on the thread, or never if that has ended.
  template <class Task>
  void post(Task task) {
    std::lock_guard lock(mutex_);
    if (context_) boost::asio::post(*context_, std::move(task));
  }
  void close() {
    std::lock_guard lock(mutex_);
    context_ = nullptr;
  }

private:
  std::mutex mutex_;
  boost::asio::io_context* context_; // guarded by mutex_
};

/// The thread that carries the sockets of an agent's gossip pools and its name lookups.
class gossip_loop {
public:
  gossip_loop();
  ~gossip_loop();
  gossip_loop(const gossip_loop&) = delete;
  /// Sockets share it, because it has to outlive them.
  const std::shared_ptr<boost::asio::io_context>& context() const { return context_; }
  const std::shared_ptr<gossip_entrance>& entrance() const { return entrance_; }

private:
  std::shared_ptr<boost::asio::io_context> context_ = std::make_shared<boost::asio::io_context>();
  std::shared_ptr<gossip_entrance> entrance_ = std::make_shared<gossip_entrance>(*context_);
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::thread thread_;
};

/// Where a pool listens and whom it hears.
struct gossip_socket_options {
  std::string ip;                         ///< to bind
  std::uint16_t port = 0;                 ///< for UDP and TCP
  std::chrono::nanoseconds stream_time{}; ///< how long an exchange that others began may take
  std::vector<std::string> allowed;       ///< networks in CIDR form; empty: everybody
  gossip_stream_limits limits;            ///< of what others may take of the streams
};

/// Binds the UDP and the TCP port of a pool.
/// @returns the port, or why it could not be bound
expected<gossip_port> open_gossip_sockets(const std::shared_ptr<gossip_loop>& loop,
                                          const gossip_socket_options& options);

/// Looks names up with the system's resolver.
std::shared_ptr<name_resolver> make_name_resolver(const std::shared_ptr<gossip_loop>& loop);

} // namespace praetor
