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

/// The options of a gossip_prober.
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
  std::string keyring_file;  ///< relative to the data directory; empty: keys are kept in memory only
  std::string snapshot_file; ///< relative to the data directory; empty: members are not remembered across restarts
  bool rejoin_after_leave = false;
  nanoseconds rejoin_interval = std::chrono::seconds(30); ///< the maximal delay between attempts to rejoin
  std::uint16_t default_port = 8301;                      ///< for addresses without a port
  std::function<void()> changed;                          ///< called when the members were published; on the prober's
                                                          ///< thread
  user_events_actor events;                               ///< null: events are ignored
};

/// Shared by the sockets' threads and the actor: counts what is queued, so that a flood is dropped instead, and holds
/// what the sockets' threads need to know.
struct gossip_inbox {
  std::atomic<std::size_t> packets = 0, requests = 0, failures = 0;
  std::atomic<bool> has_keys = false, verify_incoming = true;
};

struct gossip_prober_state {
  static constexpr const char* name = "gossip_prober";
  gossip_prober_state() = default;
  /// Rejects further input.
  ~gossip_prober_state();

  /// A query of this agent that awaits answers.
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
  std::map<std::uint64_t, open_query> queries;         ///< by the machine's token
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
  /// Executes the machine's output and schedules the next wake-up.
  void carry_out();
  /// Publishes the keys for server RPC, which uses them to authenticate members.
  void publish_secret();
  /// Tells the sockets' threads which headers to reject.
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
  /// Logs a complaint about a peer, rate-limited.
  void complain(log_level level, const std::string& from, const std::string& why,
                std::initializer_list<log_field> fields);
  /// Counts rejected input that never reached the machine; the machine counts the rest.
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
