#pragma once

#include "actors/ports/remoting.hpp"
#include "actors/rpc/remote_call.hpp"
#include "tests/unit/support/authority.hpp"

#include <caf/all.hpp>
#include <catch2/catch.hpp>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>

namespace praetor {

/// Waits until a condition holds, with a timeout. @returns whether it holds
bool eventually(const std::function<bool()>& holds, std::chrono::milliseconds bound = std::chrono::seconds(20));

/// Keeps the log's lines.
class kept_lines final : public logger {
public:
  bool enabled(log_level) const override { return true; }
  void write(log_level, std::string_view, std::string_view message, std::initializer_list<log_field> fields) override;
  bool contain(const std::string& text) const;
  std::size_t count(const std::string& text) const;
  std::string all() const;

private:
  mutable std::mutex mutex_;
  std::vector<std::string> lines_;
};

/// The gateway echoes envelopes of kind 1, and answers those of kind 2 on the test's command, with `size` bytes.
struct test_gateway_log {
  std::atomic<std::uint64_t> requests{0}, messages{0};
  std::atomic<bool> stuck{false}; ///< received bytes are not processed
  std::mutex mutex;
  std::vector<peer_identity> peers;    ///< the senders of requests
  std::vector<std::uint64_t> departed; ///< ended connections
  std::weak_ptr<connector> links;
};

/// A process's server RPC: an actor system, remoting, and a gateway.
class test_process {
public:
  struct options {
    std::string name = "one", datacenter = "dc1";
    bool server = true;
    config::tls_settings tls = {};
    std::size_t most_per_address = 0;
    std::function<gossip_secret_ptr()> secret = {};
    std::chrono::milliseconds loss{3000};
  };
  test_process() : test_process(options{}) {}
  explicit test_process(options o);
  ~test_process();
  test_process(const test_process&) = delete;
  test_process& operator=(const test_process&) = delete;

  known_server as_server() const;
  expected<remote_gateway_actor> connect(const known_server& to);
  void connect(const known_server& to, std::function<void(expected<remote_gateway_actor>)> done);
  /// Sends a one-way message.
  void tell(const remote_gateway_actor& to, std::string bytes);
  /// The first peer that sent this process's gateway a request.
  peer_identity first_peer() const;
  /// Sends a request; returns the answer's bytes, or the error's text.
  std::string ask(const remote_gateway_actor& to, std::string bytes, std::uint16_t kind = 1);
  void reload(const config::tls_settings& tls);

  static expected<std::shared_ptr<const remoting_tls>> tls_of(const config::tls_settings& tls, bool server);

  options chosen;
  std::shared_ptr<kept_lines> log = std::make_shared<kept_lines>();
  std::shared_ptr<test_gateway_log> seen = std::make_shared<test_gateway_log>();
  caf::actor_system_config config;
  std::unique_ptr<caf::actor_system> system;
  std::shared_ptr<remoting> links;
  rpc_gateway_actor gateway;
  std::unique_ptr<caf::scoped_actor> requester; ///< sends the requests
};

} // namespace praetor
