#pragma once

#include "actors/ports/http_proxy.hpp"
#include "actors/ports/probe_tls.hpp"
#include "actors/probe.hpp"

#include <atomic>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace praetor {

// Shared by the files that implement probes only, so that Asio stays inside this folder.

/// Shared by all attempts of one port.
struct probe_world {
  boost::asio::io_context context{1};
  probe_tls tls;          ///< for checks
  probe_tls handler_tls;  ///< for watch handlers: without a client certificate
  proxy_rules proxies;    ///< for HTTP requests
  std::string nameserver; ///< the first one of resolv.conf, for error texts
};

/// Delivers an attempt's result once, or not at all if it was cancelled before.
class probe_listener {
public:
  explicit probe_listener(std::function<void(probe_result)> done) : done_(std::move(done)) {}
  void tell(probe_result result) {
    if (claimed_.exchange(true)) return;
    auto done = std::move(done_);
    done_ = nullptr;
    done(std::move(result));
  }
  /// @returns false if the result was delivered already
  bool forget() {
    if (claimed_.exchange(true)) return false;
    done_ = nullptr;
    return true;
  }
  bool finished() const { return claimed_.load(); }

private:
  std::atomic<bool> claimed_{false};
  std::function<void(probe_result)> done_; // owned by the caller that claimed it
};

/// One attempt, on the I/O thread. It lives as long as one of its operations is pending.
class probe_attempt : public std::enable_shared_from_this<probe_attempt> {
public:
  probe_attempt(probe_world& world, probe_request request, std::shared_ptr<probe_listener> listener);
  virtual ~probe_attempt() = default;
  probe_attempt(const probe_attempt&) = delete;
  probe_attempt& operator=(const probe_attempt&) = delete;

  /// Starts the timeout and the attempt.
  void start();
  /// Cancels the attempt; the result is no longer needed.
  virtual void abandon() = 0;

protected:
  virtual void begin() = 0;
  virtual void time_is_up() = 0;
  void finish(probe_result result);

  probe_world& world_;
  probe_request request_;

private:
  std::shared_ptr<probe_listener> listener_;
  boost::asio::steady_timer timer_;
};

/// An attempt implemented as a coroutine; a timeout or cancellation ends it at any suspension point.
class network_attempt : public probe_attempt {
public:
  using probe_attempt::probe_attempt;
  void abandon() override;

protected:
  virtual boost::asio::awaitable<probe_result> carry_out() = 0;
  /// The result to report on a timeout.
  virtual probe_result timed_out() = 0;

private:
  void begin() override;
  void time_is_up() override;

  boost::asio::cancellation_signal stop_;
};

probe_result passing(std::string output);
probe_result critical(std::string output);

using make_probe = std::shared_ptr<probe_attempt>(probe_world&, probe_request, std::shared_ptr<probe_listener>);
make_probe make_http_probe, make_tcp_probe, make_udp_probe, make_script_probe, make_grpc_probe, make_h2ping_probe,
    make_docker_probe, make_os_service_probe;

/// Whether this host has what the checks of a kind ask; the error says what is missing.
using find_means = expected<void>();
find_means find_docker_host, find_own_system_bus;

/// How the checks of one kind are probed.
struct probe_row {
  std::string_view kind; ///< as in check_kinds.hpp
  make_probe* make;
  find_means* means = nullptr; ///< null: nothing is needed
};
inline constexpr probe_row probe_rows[] = {{"http", make_http_probe},
                                           {"tcp", make_tcp_probe},
                                           {"udp", make_udp_probe},
                                           {"script", make_script_probe},
                                           {"grpc", make_grpc_probe},
                                           {"h2ping", make_h2ping_probe},
                                           {"docker", make_docker_probe, find_docker_host},
                                           {"os_service", make_os_service_probe, find_own_system_bus}};

} // namespace praetor
