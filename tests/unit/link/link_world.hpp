#pragma once

#include "actors/rpc/peer_link.hpp"
#include "tests/unit/support/virtual_system.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace praetor {

/// Connections that the test makes and breaks. A gateway at the other end answers on the test's command.
class scripted_links final : public connector {
public:
  struct attempt {
    std::string address;
    std::chrono::nanoseconds at;
    std::function<void(expected<remote_gateway_actor>)> done;
  };

  void connect(const known_server& to, caf::actor_id,
               std::function<void(expected<remote_gateway_actor>)> done) override {
    attempts.push_back({to.address, now(), std::move(done)});
  }
  void disconnect(const remote_gateway_actor& g) override {
    ++disconnected;
    caf::anon_send_exit(g, caf::exit_reason::remote_link_unreachable);
  }
  void sending(const remote_gateway_actor&, std::size_t bytes) override { sent += bytes; }
  std::size_t unsent(const remote_gateway_actor&) const override { return backlog; }
  expected<void> publish(const rpc_gateway_actor&) override { return {}; }
  bool is_open(std::uint64_t) const override { return true; }
  void handled(std::uint64_t, std::size_t) override {}

  std::function<std::chrono::nanoseconds()> now;
  std::vector<attempt> attempts;
  std::size_t backlog = 0, sent = 0;
  int disconnected = 0;
};

/// The result of a call.
struct heard_answer {
  std::string text; ///< the answer's bytes, or the error
  bool answered = false, reached = false;
};

/// One link in virtual time, between a recording router and servers played by the test.
class link_world : public virtual_system {
public:
  link_world();
  ~link_world();

  /// A server's gateway without a connection.
  remote_gateway_actor make_gateway();
  /// Lets the newest attempt succeed. @returns the gateway at the other end
  remote_gateway_actor accept();
  void refuse(const std::string& why);
  std::chrono::nanoseconds now() const { return elapsed(); }

  std::shared_ptr<heard_answer> ask(std::string bytes, std::chrono::nanoseconds within = std::chrono::seconds(5));
  void tell(std::string bytes);
  /// Answers the oldest pending request at the other end.
  void answer(std::string bytes);
  void end(const remote_gateway_actor& gateway);

  std::shared_ptr<scripted_links> links = std::make_shared<scripted_links>();
  std::vector<std::string> requests, messages; ///< as received at the other end
  std::vector<std::string> router_heard;       ///< "up", "down"
  peer_link_actor link;

private:
  std::vector<caf::response_promise> promises_;
  std::vector<caf::actor> actors_; ///< gateways, and the recording router
};

} // namespace praetor
