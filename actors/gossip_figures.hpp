#pragma once

#include "actors/agent_view.hpp"
#include "protocol/swim/machine.hpp"

#include <set>
#include <string>
#include <string_view>

namespace praetor {

/// Brings what happens in one gossip pool to the agent's figures, under the names that monitoring knows.
class gossip_figures {
public:
  gossip_figures() = default;
  gossip_figures(agent_view_ptr view, bool wan);

  void packet_sent(std::size_t bytes);
  void packet_received(std::size_t bytes);
  void stream_opened(std::size_t bytes);
  void stream_accepted();
  /// What came was refused before the machine saw it.
  void refused();
  /// A round of gossip was sent, which took so long.
  void round(nanoseconds took);
  void event(const std::string& name);
  void query(const std::string& name);
  /// What the machine has counted since the last call.
  void counted(const swim::counters& now);

private:
  void add(std::string_view name, double value = 1) const;
  void add_times(std::string_view name, std::uint64_t& before, std::uint64_t now) const;
  void named(const std::string& series, const std::string& name);

  agent_view_ptr view_;
  string_map labels_;
  swim::counters before_;
  std::set<std::string> names_; ///< of series for single events and queries
};

} // namespace praetor
