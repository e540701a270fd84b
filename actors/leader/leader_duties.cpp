#include "actors/leader/leader_duties.hpp"

#include "actors/leader/access_keeper.hpp"
#include "actors/leader/autopilot.hpp"
#include "actors/leader/session_timer.hpp"
#include "actors/leader/tombstone_reaper.hpp"
#include "storage/state/command.hpp"
#include "storage/state/queries_cluster.hpp"

namespace praetor {

namespace {

/// Servers that started together may not have found all members yet.
constexpr auto time_to_meet = std::chrono::seconds(60);
/// In place of a term: the whole state was replaced.
constexpr std::uint64_t state_replaced = 0;

} // namespace

/// A restored archive starts another history: discards what was known and restarts all duties.
void leader_duties_state::watch_history() {
  for (bool stale = true; stale;) {
    state::watch_set whole;
    whole.add(options.view->state.load()->abandon_cell());
    auto me = leader_duties_actor{self};
    replaced =
        std::make_shared<state::trigger>([me] { caf::anon_send(me, messages::leadership_gained{state_replaced}); });
    stale = whole.subscribe(replaced);
  }
}

void leader_duties_state::start() {
  stop();
  PRAETOR_ASSERT(working.empty() && !members && !pilot && !timers && !coordinates);
  watch_history();
  auto& o = options;
  auto keep = [this](const auto& duty) { working.push_back(caf::actor_cast<caf::strong_actor_ptr>(duty)); };
  if (!state::autopilot_configuration(*o.view->state.load(), nullptr).value) {
    autopilot_request first;
    first.datacenter = o.datacenter;
    first.config = o.autopilot;
    o.writes.propose(encode_command(command_type::autopilot, first), nullptr);
  }
  if (o.access) keep(self->spawn(access_keeper, o.outside, o.view, o.writes, o.access->initial_management));
  members = self->spawn(reconciler, o.outside, o.view, o.writes, o.datacenter, o.own);
  keep(members);
  if (o.peer) {
    pilot = self->spawn(autopilot, o.outside, o.view, o.peer, o.heartbeat);
    keep(pilot);
  }
  keep(self->spawn(tombstone_reaper, o.outside, o.view, o.writes, o.datacenter));
  timers = self->spawn(session_timers, o.outside, o.view, o.writes, o.datacenter);
  keep(timers);
  coordinates = self->spawn(coordinate_batcher, o.outside, o.writes, o.coordinates);
  keep(coordinates);
  if (o.connect_enabled) keep(self->spawn(ca_initializer, o.outside, o.view, o.writes, o.ca));
}

void leader_duties_state::stop() {
  replaced = nullptr;
  members = nullptr;
  pilot = nullptr;
  timers = nullptr;
  coordinates = nullptr;
  for (auto& duty : std::exchange(working, {}))
    caf::anon_send_exit(caf::actor_cast<caf::actor_addr>(duty), caf::exit_reason::user_shutdown);
}

leader_duties_actor::behavior_type leader_duties(leader_duties_actor::stateful_pointer<leader_duties_state> self,
                                                 leader_duties_options options) {
  self->state.self = self;
  self->state.options = std::move(options);
  return {
      [self, met = self->clock().now() + time_to_meet](messages::leadership_gained m) {
        auto& s = self->state;
        // The state may be replaced while leadership is being lost.
        if (!s.options.view->leader.get()->is_leader) return;
        s.start();
        // Nodes that gossip knows nothing of go at once, where it must know all there are.
        if (m.term == state_replaced || self->clock().now() >= met) self->send(s.members, wake_atom_v);
      },
      [self](stop_atom) { self->state.stop(); },
      [self](members_atom) {
        if (self->state.members) self->send(self->state.members, sync_atom_v);
        if (self->state.pilot) self->send(self->state.pilot, members_atom_v);
      },
      [self](messages::renew_session& m) {
        auto& s = self->state;
        if (!s.timers) return m.done(renewal::not_leader);
        auto heard = [done = std::move(m.done)](bool exists) {
          done(exists ? renewal::renewed : renewal::unknown_session);
        };
        self->send(s.timers, messages::renew_timer{std::move(m.session), std::move(heard)});
      },
      [self](locate_atom, local<std::shared_ptr<const node_coordinate>>& place) {
        if (self->state.coordinates) self->send(self->state.coordinates, locate_atom_v, place);
      },
  };
}

} // namespace praetor
