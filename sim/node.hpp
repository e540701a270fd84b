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

/// How a node differs from others.
struct node_options {
  std::string name = "node1";
  std::string ip = "10.0.0.1";
  bool server = true; ///< otherwise a client agent, which has no state of its own
  std::string datacenter = "dc1";
  std::vector<std::string> join;     ///< addresses of agents to find the others by
  std::vector<std::string> join_wan; ///< addresses of servers of other datacenters
  /// The servers of a cluster that begins together; 0: the node is a cluster of its own.
  unsigned expected_servers = 0;
  /// How far the wall clock is wrong.
  duration skew{0};
  disk_behaviour disk;
  std::int64_t snapshot_threshold = 100;
  std::chrono::seconds snapshot_interval{3};
  std::int64_t trailing_logs = 50;
  /// More configuration, in HCL.
  std::string configuration;
  /// Whose times of elections, gossip and sessions it has; null: those of the text.
  std::shared_ptr<const config::runtime_config> times;
};

/// The answer to a request, and when it came.
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

/// A check's verdict, from what it asks and how often it was asked before.
using probe_script = std::function<probe_result(const check_definition&, std::uint64_t attempt)>;

/// One whole agent: everything but sockets. It may be crashed and started again on its disks.
class node {
public:
  /// @param net how it reaches others; null: not at all
  /// @param gossip what its pools travel over; null: it is in none
  node(sim::world& world, node_options options, network* net = nullptr, gossip_network* gossip = nullptr);
  ~node();

  /// Starts the agent on what the disks hold.
  expected<void> start();
  /// What stands in its configuration about its services and checks, in HCL: from the next start or reload on.
  void define(std::string definitions) { definitions_ = std::move(definitions); }
  /// The agent reads its configuration again.
  /// @param done as runs of reload_atom; never if the node goes down before
  void reload(done_callback done);
  /// As if the power failed: ports first, then the actors.
  /// @param silently nobody is told: others notice by silence
  void crash(bool silently = false);
  /// A new, empty disk takes the place of the old one. Only while it is down.
  void replace_disk();
  /// The process stands still until it goes on; so do requests to it.
  void pause();
  void go_on();
  bool paused() const { return machine_.paused(); }
  /// Its wall clock is wrong by so much more from now on.
  void jump_clock(duration by) { options_.skew += by; }
  /// All its clocks run faster by this share from now on; 0: right.
  void drift_clock(double faster);
  /// How wrong its wall clock is.
  duration clock_error() const;
  sim::machine& machine() { return machine_; }
  bool up() const { return current_ != nullptr; }
  /// True if the agent is up, has what it kept and what is configured, and answers.
  bool serves() const;
  /// True if the agent is up, leads and may answer reads.
  bool ready() const;
  /// Number of this life of the agent, from 1.
  std::uint64_t life() const { return lives_; }

  /// Sends a request to the agent's endpoints, as a client's connection would bring it.
  /// @param target path and query, percent-encoded where needed
  /// @param done runs once
  void request(std::string method, std::string target, std::string body, reply_callback done);
  /// Asks for the addresses behind a name, as a DNS client does over UDP.
  /// @param done runs once; nothing if there is no answer, or one that does not tell (SERVFAIL)
  void look_up(const std::string& name, resolver::callback done);
  /// Requests that are not answered yet.
  std::size_t under_way() const;

  state::store_ptr state() const;
  agent_view& view() const;
  sim::disk& disk() { return *disk_; }
  const node_options& options() const { return options_; }
  const std::string& id() const { return id_; }
  /// What made the agent give up; empty if nothing did.
  const std::vector<std::string>& fatal() const { return fatal_; }
  /// Called when the agent gives up, or has come up.
  std::function<void(node&)> changed;
  /// Told each line of the agent's log.
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
  sim::machine machine_;
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
