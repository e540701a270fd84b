#pragma once

#include "actors/deadline_timer.hpp"
#include "actors/ports.hpp"
#include "actors/published_state.hpp"
#include "actors/rpc/write_path.hpp"
#include "protocol/actors.hpp"
#include "protocol/base/backoff.hpp"

#include <map>
#include <memory>
#include <string>

namespace praetor {

struct session_timer_state {
  static constexpr const char* name = "session_timer";
  session_timer_state() = default;

  session_timer_actor::pointer self = nullptr;
  ports_ptr outside;
  write_path writes;
  std::string datacenter, id;
  nanoseconds ttl{0};
  deadline_timer<> countdown;
  backoff retry_waits; ///< while destroying the session fails

  void restart();
  void destroy();
};

/// Sessions live for twice their TTL after the last renewal (Consul: agent/consul/session_ttl.go), so that a client
/// that renews in time never loses one.
session_timer_actor::behavior_type session_timer(session_timer_actor::stateful_pointer<session_timer_state> self,
                                                 ports_ptr outside, write_path writes, std::string datacenter,
                                                 std::string id, nanoseconds ttl);

struct session_timers_state {
  static constexpr const char* name = "session_timers";
  session_timers_state() = default;
  /// Stops the timers. (Not by attach_functor, which runs after the state is destroyed.)
  ~session_timers_state();

  session_timers_actor::pointer self = nullptr;
  ports_ptr outside;
  published_state_ptr view;
  write_path writes;
  std::string datacenter;
  std::map<std::string, session_timer_actor> timers; ///< by session id; only sessions with a TTL
  std::shared_ptr<state::trigger> armed;

  void compare();
};

/// Restarts every countdown in full when it starts, because a new leader does not know the remaining times.
session_timers_actor::behavior_type session_timers(session_timers_actor::stateful_pointer<session_timers_state> self,
                                                   ports_ptr outside, published_state_ptr view, write_path writes,
                                                   std::string datacenter);

} // namespace praetor
