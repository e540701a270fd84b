#pragma once

#include "actors/agent_view.hpp"
#include "actors/complaint_limit.hpp"
#include "actors/ports.hpp"
#include "protocol/actors.hpp"
#include "protocol/swim/wire.hpp"
#include "protocol/types/error.hpp"
#include "protocol/types/field.hpp"
#include "protocol/types/values.hpp"

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace praetor {

/// A user event as clients see it.
struct user_event {
  std::string id, name;
  blob payload;
  std::string node_filter, service_filter, tag_filter; ///< regular expressions; empty: no filter
  std::int64_t version = 1;
  std::uint64_t ltime = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"ID", field_flags::none, "id"}, x.id);
    f(field{"Name", field_flags::none, "n"}, x.name);
    f(field{"Payload", field_flags::none, "p"}, x.payload);
    f(field{"NodeFilter", field_flags::none, "nf"}, x.node_filter);
    f(field{"ServiceFilter", field_flags::none, "sf"}, x.service_filter);
    f(field{"TagFilter", field_flags::none, "tf"}, x.tag_filter);
    f(field{"Version", field_flags::none, "v"}, x.version);
    f(field{"LTime", no_packed}, x.ltime);
  }
};
using user_event_ptr = std::shared_ptr<const user_event>;

/// The prefix of user events in gossip (Consul: agent/user_event.go).
inline constexpr std::string_view user_event_prefix = "consul:event:";

/// The gossip event for a new leader; the payload is its node name.
inline constexpr std::string_view new_leader_event = "consul:new-leader";

/// Validates the filters. Error: `Invalid node filter: ...`.
expected<void> check_filters(const user_event& e);
/// The payload of the gossip event.
std::string encode_event(const user_event& e);

/// A client that lists events, or waits until the newest one differs from the one it has seen.
struct event_wait {
  std::string name;        ///< "": all events
  std::uint64_t index = 0; ///< last seen; 0: do not wait
  steady_time deadline;
  /// Whether the client may see an event. Invisible events neither wake it nor affect its index; null: all are visible.
  std::function<bool(const user_event&)> visible;
  /// Called once with the events of that name, oldest first, including invisible ones.
  std::function<void(const std::vector<user_event_ptr>&)> done;
};

struct user_events_state {
  static constexpr const char* name = "user_events";
  user_events_state() = default;
  /// Stops remote executions that events started.
  ~user_events_state();

  user_events_actor::pointer self = nullptr;
  ports_ptr outside;
  agent_view_ptr view;
  std::deque<user_event_ptr> kept; ///< oldest first
  std::vector<std::shared_ptr<event_wait>> waiting;
  std::vector<remote_execution_actor> executions; ///< running
  complaint_limit complaints;                     ///< about unreadable events

  void received(const swim::user_event& e);
  void watch(std::shared_ptr<event_wait> w);
  void answer_due();

private:
  void new_leader(const std::string& node);
  void execute(const user_event& e);
  bool is_meant(const user_event& e) const;
  std::vector<user_event_ptr> named(const std::string& name) const;
  bool is_due(const event_wait& w, const std::vector<user_event_ptr>& events) const;
};

user_events_actor::behavior_type user_events(user_events_actor::stateful_pointer<user_events_state> self,
                                             ports_ptr outside, agent_view_ptr view);

/// The index for waiting clients. Derived from the newest event's id, so it is not ordered. 1 if there is none.
std::uint64_t event_index(const std::vector<user_event_ptr>& events);

} // namespace praetor
