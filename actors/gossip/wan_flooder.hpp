#pragma once

#include "actors/ports.hpp"
#include "actors/published_state.hpp"
#include "protocol/actors.hpp"
#include "protocol/base/backoff.hpp"

#include <cstdint>
#include <random>
#include <string>

namespace praetor {

/// Joins the servers of this datacenter to the WAN pool, so that one join between two datacenters is enough (Consul:
/// agent/consul/flood.go). Has the interface of a retry_joiner: try, and the outcome of a try.
using wan_flooder_actor = retry_joiner_actor;

struct wan_flooder_options {
  ports_ptr outside;
  published_state_ptr view;
  gossip_prober_actor prober;     ///< of the WAN pool
  std::uint16_t default_port = 0; ///< for servers that do not announce theirs
};

/// @returns the live servers of the LAN pool that the WAN pool has never seen, as "name.dc/ip:port"
string_list missing_in_wan(const membership& lan, const membership& wan, std::uint16_t default_port);

struct wan_flooder_state {
  static constexpr const char* name = "wan_flooder";
  wan_flooder_state() = default;

  wan_flooder_actor::pointer self = nullptr;
  wan_flooder_options options;
  steady_time next{}; ///< when it checks again by itself
  bool joining = false;
  std::mt19937_64 random;
  backoff waits; ///< while servers can't be joined

  void look();
  void ended(std::uint64_t reached, const std::string& why);

private:
  void look_after(nanoseconds wait);
};

wan_flooder_actor::behavior_type wan_flooder(wan_flooder_actor::stateful_pointer<wan_flooder_state> self,
                                             wan_flooder_options options);

} // namespace praetor
