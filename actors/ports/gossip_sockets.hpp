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

/// Posts tasks to the sockets' thread, for owners that may outlive it.
class gossip_entrance {
public:
  explicit gossip_entrance(boost::asio::io_context& context) : context_(&context) {}
  /// Runs the task on the thread, or never if the thread has stopped.
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

/// The thread that runs the sockets and name lookups of an agent's gossip pools.
class gossip_loop {
public:
  gossip_loop();
  ~gossip_loop();
  gossip_loop(const gossip_loop&) = delete;
  /// Shared with the sockets, because it must outlive them.
  const std::shared_ptr<boost::asio::io_context>& context() const { return context_; }
  const std::shared_ptr<gossip_entrance>& entrance() const { return entrance_; }

private:
  std::shared_ptr<boost::asio::io_context> context_ = std::make_shared<boost::asio::io_context>();
  std::shared_ptr<gossip_entrance> entrance_ = std::make_shared<gossip_entrance>(*context_);
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
  std::thread thread_;
};

/// A pool's listen address and admission.
struct gossip_socket_options {
  std::string ip;                         ///< to bind
  std::uint16_t port = 0;                 ///< for UDP and TCP
  std::chrono::nanoseconds stream_time{}; ///< timeout of an exchange that a peer started
  std::vector<std::string> allowed;       ///< networks in CIDR form; empty: all
  gossip_stream_limits limits;            ///< limits on peers' use of streams
};

/// Binds the UDP and TCP ports of a pool.
/// @returns the port, or the error
expected<gossip_port> open_gossip_sockets(const std::shared_ptr<gossip_loop>& loop,
                                          const gossip_socket_options& options);

/// Resolves names with the system's resolver.
std::shared_ptr<name_resolver> make_name_resolver(const std::shared_ptr<gossip_loop>& loop);

} // namespace praetor
