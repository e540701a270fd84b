#pragma once

#include "actors/ports.hpp"
#include "actors/published_state.hpp"
#include "actors/rpc/write_path.hpp"
#include "protocol/actors.hpp"

#include <chrono>
#include <map>
#include <memory>
#include <string>

namespace praetor {

/// How long watchers can see a deletion, and the granularity of that time (Consul: agent/consul/state/tombstone_gc.go).
inline constexpr std::chrono::minutes tombstone_lifetime{15};
inline constexpr std::chrono::seconds tombstone_granularity{30};

struct tombstone_reaper_state {
  static constexpr const char* name = "tombstone_reaper";
  tombstone_reaper_state() = default;

  tombstone_reaper_actor::pointer self = nullptr;
  ports_ptr outside;
  published_state_ptr view;
  write_path writes;
  std::string datacenter;
  std::map<steady_time, std::uint64_t> bins; ///< due time -> reap up to this index
  std::uint64_t seen = 0;                    ///< the newest tombstone index in a bin
  std::shared_ptr<state::trigger> armed;

  void look();
  void reap();
};

tombstone_reaper_actor::behavior_type
tombstone_reaper(tombstone_reaper_actor::stateful_pointer<tombstone_reaper_state> self, ports_ptr outside,
                 published_state_ptr view, write_path writes, std::string datacenter);

} // namespace praetor
