#pragma once

#include "actors/agent_view.hpp"
#include "actors/ports.hpp"
#include "actors/telemetry/telemetry.hpp"

#include <array>
#include <caf/fwd.hpp>
#include <functional>
#include <map>
#include <memory>
#include <mutex>

namespace praetor::endpoints {

/// The figures of one agent: refreshes those that nobody writes, and tells who follows them when an interval is over.
/// Any thread.
class agent_metrics {
public:
  using listener = std::function<void(const metrics::interval_report&)>;

  /// The first figures are there at once. An actor of `system` keeps them going until this object ends.
  static std::shared_ptr<agent_metrics> start(caf::actor_system& system, agent_view_ptr view, ports_ptr outside);
  ~agent_metrics();
  agent_metrics(const agent_metrics&) = delete;

  metrics::telemetry& registry() { return registry_; }
  /// Counts the proposals of a leader.
  metrics::meter& raft_apply() { return raft_apply_; }
  /// What counts the time until such a command is applied; null for those that have no series.
  metrics::meter* applied(std::string_view command) const;
  /// Looks at the time: ends the interval if it is over. @returns how long the running one still has
  nanoseconds tick();

  /// Calls `each` with every interval that ends. @returns a number to `forget` it by
  std::uint64_t follow(listener each);
  void forget(std::uint64_t number);

private:
  agent_metrics(agent_view_ptr view, ports_ptr outside);
  void refresh();
  void refresh_pool(const std::string& network, const std::shared_ptr<const membership>& pool);

  agent_view_ptr view_;
  ports_ptr outside_;
  metrics::telemetry registry_;
  metrics::meter& raft_apply_;
  std::array<metrics::meter*, 256> applied_{}; ///< by command type
  std::function<void()> end_clock_;
  std::mutex guard_; ///< of the listeners
  std::map<std::uint64_t, listener> listeners_;
  std::uint64_t last_number_ = 0;
};

} // namespace praetor::endpoints
