#pragma once

#include "actors/agent_view.hpp"
#include "actors/complaint_limit.hpp"
#include "actors/deadline_timer.hpp"
#include "actors/gossip/gossip_command.hpp"
#include "actors/gossip/gossip_metrics.hpp"
#include "actors/gossip_port.hpp"
#include "actors/ports.hpp"
#include "protocol/actors.hpp"
#include "protocol/base/backoff.hpp"
#include "protocol/swim/sealing.hpp"

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>

namespace praetor {

/// What a gossip_prober works with.
struct gossip_options {
  ports_ptr outside;
  gossip_port sockets;
  agent_view_ptr view;
  bool wan = false;
  std::string module = "agent.serf.lan"; ///< of its log lines
  swim::member own;
  swim::settings limits;
  swim::merge_check check;
  swim::sealing_policy sealing;
  swim::keyring keys;
  std::string keyring_file;  ///< below the data directory; empty: the keys are kept in memory only
  std::string snapshot_file; ///< likewise; empty: an agent that starts again does not remember the members
  bool rejoin_after_leave = false;
  nanoseconds rejoin_interval = std::chrono::seconds(30); ///< the longest wait between attempts to rejoin
  std::uint16_t default_port = 8301;                      ///< of addresses that name none
  std::function<void()> changed;                          ///< the members were published; on the prober's thread
  user_events_actor events;                               ///< null: nobody listens
};

/// What comes in between the sockets' threads and the actor, counted so that a flood is dropped and not queued; and
/// what the sockets' threads have to know.
struct gossip_inbox {
  std::atomic<std::size_t> packets = 0, requests = 0, failures = 0;
  std::atomic<bool> has_keys = false, verify_incoming = true;
};

struct gossip_prober_state {
  static constexpr const char* name = "gossip_prober";
  gossip_prober_state() = default;
  /// Nothing comes in any more.
  ~gossip_prober_state();

  /// A query of this agent whose answers are awaited.
  struct open_query {
    std::function<void(const swim::query_reply&)> reply;
    std::function<void()> closed;
  };

  gossip_prober_actor::pointer self = nullptr;
  gossip_options options;
  std::mt19937_64 random;
  std::shared_ptr<gossip_inbox> inbox = std::make_shared<gossip_inbox>();
  std::unique_ptr<swim::machine> machine;
  swim::rejoin_snapshot remembered;
  backoff rejoin_waits;
  bool rejoin_failed = false;
  swim::join_failures join_errors; ///< of the latest join
  deadline_timer<> timer;
  bool flush_sent = false, members_changed = false, snapshot_changed = false;
  steady_time snapshot_due{};
  std::shared_ptr<const membership> published;
  std::map<std::uint64_t, gossip_command::join> joins; ///< by the machine's token
  std::map<std::uint64_t, open_query> queries;         ///< likewise
  std::vector<std::function<void()>> leaving;
  complaint_limit complaints;
  gossip_metrics measured;
  bool packets_sent = false; ///< since the last wake-up

  steady_time now() const { return self->clock().now(); }
  void start();
  void packet_received(const gossip_packet& p);
  void request_received(const gossip_request& r);
  void stream_ended(std::uint64_t token, const std::string& frame, const std::string& failure);
  void wake();
  void flush();
  void command(gossip_command& c);
  /// Does what the machine wants done, and sets the next wake-up.
  void carry_out();
  /// Tells server RPC the keys, by which it tells members from strangers.
  void publish_secret();
  /// Lets the sockets' threads know what is refused for its header alone.
  void tell_policy();

private:
  void open_sockets();
  stream_guard make_guard() const;
  void rejoin_ended(std::size_t reached);
  void arm();
  void send(const swim::packet& p);
  void send(const swim::stream_request& r);
  void tell(const swim::member_event& e);
  void tell(const swim::user_event& e);
  void tell(const swim::notice& n);
  void answer(const swim::query_received& q);
  void end(const swim::join_result& r);
  void end_leave();
  void publish();
  void write_snapshot();
  void write_keys();
  /// Logs what a peer at an address caused, once in a while.
  void complain(log_level level, const std::string& from, const std::string& why,
                std::initializer_list<log_field> fields);
  /// What never came to the machine is counted here; the machine counts the rest.
  void refuse(const std::string& from, const std::string& why);
  void complain_of(const std::string& from, const std::string& why);
  void log(log_level level, const std::string& text, std::initializer_list<log_field> fields = {}) const;

  void run(gossip_command::join& c);
  void run(gossip_command::rejoin& c);
  void run(gossip_command::leave& c);
  void run(gossip_command::force_leave& c);
  void run(gossip_command::fire& c);
  void run(gossip_command::ask& c);
  void run(gossip_command::keys& c);
  void run(gossip_command::look& c);
  void run(gossip_command::tags& c);
};

gossip_prober_actor::behavior_type gossip_prober(gossip_prober_actor::stateful_pointer<gossip_prober_state> self,
                                                 gossip_options options);

} // namespace praetor
