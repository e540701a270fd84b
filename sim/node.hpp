#pragma once

#include "actors/agent.hpp"
#include "frontends/api/dispatcher.hpp"
#include "sim/disk.hpp"
#include "sim/gossip_network.hpp"
#include "sim/network.hpp"
#include "sim/resolver.hpp"
#include "sim/world.hpp"

#include <deque>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace praetor::sim {

/// The options of a node.
struct node_options {
  std::string name = "node1";
  std::string ip = "10.0.0.1";
  bool server = true; ///< otherwise a client agent, which has no state of its own
  std::string datacenter = "dc1";
  std::vector<std::string> join;     ///< addresses of agents to join
  std::vector<std::string> join_wan; ///< addresses of servers of other datacenters to join
  /// The number of servers that bootstrap together; 0: the node is a cluster of its own.
  unsigned expected_servers = 0;
  /// The offset of the wall clock.
  duration skew{0};
  disk_behaviour disk;
  std::int64_t snapshot_threshold = 100;
  std::chrono::seconds snapshot_interval{3};
  std::int64_t trailing_logs = 50;
  /// Further configuration, in HCL.
  std::string configuration;
  /// The source of times for elections, gossip and sessions; null: the text.
  std::shared_ptr<const config::runtime_config> times;
};

/// The answer to a request, and its time.
struct reply {
  unsigned status = 0; ///< 0: the node went down before it answered
  std::string body;
  std::uint64_t index = 0;   ///< X-Consul-Index
  bool known_leader = false; ///< X-Consul-Knownleader
  duration last_contact{0};  ///< X-Consul-Lastcontact
  bool answered() const { return status != 0; }
  bool ok() const { return status == 200; }
};
using reply_callback = std::function<void(const reply&)>;

/// The result of a check, from its definition and the number of earlier attempts.
using probe_script = std::function<probe_result(const check_definition&, std::uint64_t attempt)>;

/// A whole agent except for sockets. It can be crashed and restarted with its disks.
class node {
public:
  /// @param net connects it to others; null: not connected
  /// @param gossip the network of its pools; null: it is in none
  node(sim::world& world, node_options options, network* net = nullptr, gossip_network* gossip = nullptr);
  ~node();

  /// Starts the agent with the content of its disks.
  expected<void> start();
  /// Sets the services and checks of its configuration, in HCL: effective at the next start or reload.
  void define(std::string definitions) { definitions_ = std::move(definitions); }
  /// Reloads the agent's configuration.
  /// @param done as for reload_atom; not called if the node goes down before
  void reload(done_callback done);
  /// Simulates a power loss: cuts the ports first, then ends the actors.
  /// @param silently connections do not break: others notice by silence
  void crash(bool silently = false);
  /// Replaces the disk with an empty one. Only while it is down.
  void replace_disk();
  /// Suspends the process, and requests to it.
  void pause();
  void go_on();
  bool paused() const { return host_.paused(); }
  /// Shifts its wall clock by this much.
  void jump_clock(duration by) { options_.skew += by; }
  /// Sets the drift rate of its clocks; 0: none.
  void drift_clock(double faster);
  /// The offset of its wall clock.
  duration clock_error() const;
  sim::host& host() { return host_; }
  bool up() const { return current_ != nullptr; }
  /// Whether the agent is up, has loaded its stored and configured definitions, and answers requests.
  bool serves() const;
  /// Whether the agent is up, leads and may answer reads.
  bool ready() const;
  /// The number of this life of the agent, from 1.
  std::uint64_t life() const { return lives_; }

  /// Sends a request to the agent's endpoints, like a client's connection.
  /// @param target path and query, percent-encoded where needed
  /// @param done called once
  void request(std::string method, std::string target, std::string body, reply_callback done);
  /// Looks up the addresses of a name, like a DNS client over UDP.
  /// @param done called once; nothing if there is no answer or a failure (SERVFAIL)
  void look_up(const std::string& name, resolver::callback done);
  /// The number of unanswered requests.
  std::size_t under_way() const;

  state::store_ptr state() const;
  agent_view& view() const;
  sim::disk& disk() { return *disk_; }
  const node_options& options() const { return options_; }
  const std::string& id() const { return id_; }
  /// Why the agent gave up; empty if it did not.
  const std::vector<std::string>& fatal() const { return fatal_; }
  /// Called when the agent gives up or has started.
  std::function<void(node&)> changed;
  /// Called for each line of the agent's log.
  std::function<void(std::string_view)> logged;
  const std::vector<std::string>& log_lines() const { return lines_; }
  probe_script script;

private:
  class recorder;
  class scripted_probes;
  class connection;
  class files;
  struct life_of_agent;

  expected<void> read_again();
  expected<ports_ptr> make_ports(std::shared_ptr<bool> plugged);
  std::string configuration_text() const;
  void open_endpoints(life_of_agent& life);
  void forget_dead();

  std::string address() const { return options_.ip + ":8300"; }

  sim::world& world_;
  network* net_;
  gossip_network* gossip_;
  node_options options_;
  sim::host host_;
  duration drifts_since_{0};
  double drift_ = 0;
  std::string id_, storage_;
  std::optional<sim::disk> disk_;
  std::shared_ptr<files> files_;
  std::string definitions_;
  std::shared_ptr<const config::runtime_config> config_;
  std::uint64_t lives_ = 0;
  std::shared_ptr<life_of_agent> current_;
  std::vector<std::weak_ptr<connection>> connections_;
  std::deque<std::shared_ptr<connection>> waiting_; ///< while it is paused
  std::vector<std::string> fatal_;
  std::vector<std::string> lines_;
  std::map<std::string, std::uint64_t> attempts_; ///< by check id
};

} // namespace praetor::sim
