#pragma once

#include "actors/agent_handles.hpp"
#include "actors/agent_view.hpp"
#include "actors/gossip/retry_waits.hpp"
#include "actors/leader/leader_duties.hpp"
#include "actors/ports.hpp"
#include "actors/raft/raft_peer.hpp"
#include "actors/raft/snapshotter.hpp"
#include "actors/registry/registry.hpp"
#include "actors/rpc/rpc_router.hpp"
#include "protocol/actors.hpp"
#include "protocol/config/runtime_config.hpp"

#include <algorithm>
#include <functional>
#include <map>
#include <memory>
#include <string>

namespace praetor {

/// The dependencies of an agent.
struct agent_options {
  std::shared_ptr<const config::runtime_config> config;
  std::string node_id;
  ports_ptr outside;
  agent_view_ptr view;
  check_starter start_check;
  /// The Raft state on disk, from `restore_state`.
  raft::initial_state found;
  std::uint64_t snapshot_index = 0;
  /// Called once, when all parts have started and the agent's own services and checks are loaded, or with the reason
  /// why the configured ones were rejected. In that case the agent must be stopped.
  std::function<void(const expected<agent_handles_ptr>&)> ready;
};

/// Restores the newest snapshot into the view and connects it with the log.
/// @returns the initial state of the Raft machine, or why the server must not start
expected<raft::initial_state> restore_state(const ports& outside, published_state& view);

struct agent_state {
  static constexpr const char* name = "agent";
  agent_state() = default;
  /// Stops everything that the agent started.
  ~agent_state();

  struct child {
    std::string name;
    caf::strong_actor_ptr handle;
    std::function<void()> start;   ///< restarts it; null for parts whose failure ends the process
    backoff waits = restart_waits; ///< the delay before a restart
  };

  agent_actor::pointer self = nullptr;
  agent_options options;
  agent_handles handles;
  retry_joiner_actor flooder; ///< for the WAN pool; null unless this server is a member
  std::vector<child> children;
  bool leading = false, leader_known = false, stopping = false;
  bool loaded = false;  ///< the registry has loaded: only now may anti-entropy change the catalog
  bool has_log = false; ///< at start: this server is or was part of a cluster

  void start();
  void reload(std::shared_ptr<const config::runtime_config> config, done_callback done);
  void leadership_changed(const leadership& now);
  void members_changed();
  /// @param refusal why the configured definitions were rejected; "" if they were accepted
  void registry_loaded(const std::string& refusal);
  void child_down(const caf::down_msg& down);
  void restart(const std::string& child_name);
  /// Stops a part permanently.
  void dismiss(const std::string& child_name);
  void stop(done_callback done);
  /// Leaves the cluster gracefully, then calls `done`.
  void leave(done_callback done);

private:
  template <class Handle>
  void watch_over(std::string child_name, const Handle& handle, std::function<void()> start);
  void start_telemetry();
  /// Starts the first interval and the metrics_clock.
  void begin_telemetry();
  void start_metrics_clock();
  void reload_telemetry();
  void start_gossip();
  void start_prober(bool wan);
  void start_joiner(bool wan);
  void start_coordinates();
  void start_flooder();
  void announce_leadership();
  void start_consensus();
  void start_router();
  void start_bootstrap();
  void start_gateway();
  void start_answers();
  void start_registry();
  void start_sync();
  void begin_sync();
  void start_duties();
  void publish();
};

template <class Handle>
void agent_state::watch_over(std::string child_name, const Handle& handle, std::function<void()> start) {
  self->monitor(handle);
  auto pointer = caf::actor_cast<caf::strong_actor_ptr>(handle);
  auto it = std::find_if(children.begin(), children.end(), [&](const child& c) { return c.name == child_name; });
  if (it == children.end())
    children.push_back({std::move(child_name), pointer, std::move(start)});
  else
    it->handle = pointer;
}

agent_actor::behavior_type agent(agent_actor::stateful_pointer<agent_state> self, agent_options options);

} // namespace praetor
