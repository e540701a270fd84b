#include "actors/leader/autopilot.hpp"

#include "actors/raft/membership_change.hpp"
#include "storage/raft_log/log_store.hpp"
#include "storage/state/command_rules.hpp"
#include "storage/state/queries_cluster.hpp"

#include <algorithm>
#include <utility>

namespace praetor {

namespace {

constexpr auto look_interval = std::chrono::seconds(2);
constexpr unsigned looks_per_reconcile = 5;

const char* deed(raft::configuration_change::kind_t kind) {
  using kind_t = raft::configuration_change::kind_t;
  switch (kind) {
  case kind_t::add_nonvoter: return "adding a server without a vote";
  case kind_t::promote: return "a server gets a vote";
  case kind_t::demote: return "a server loses its vote";
  case kind_t::remove: return "removing a server";
  case kind_t::update_address: return "a server has another address";
  }
  return "";
}

/// Clamps values: log and archives may hold any numbers, and sums with them must not overflow.
autopilot_config bounded(autopilot_config config) {
  auto bound = [](nanoseconds& wait) { wait = std::clamp(wait, nanoseconds::zero(), state::longest_autopilot_wait); };
  bound(config.last_contact_threshold);
  bound(config.server_stabilization_time);
  config.max_trailing_logs = std::min(config.max_trailing_logs, state::largest_index);
  return config;
}

} // namespace

autopilot_actor_state::~autopilot_actor_state() {
  if (view) view->autopilot.store(nullptr);
}

void autopilot_actor_state::look() {
  auto me = autopilot_actor{self};
  self->send(peer, status_atom_v, local<std::function<void(const raft_status&)>>{[me](const raft_status& status) {
               caf::anon_send(me, status_atom_v,
                              local<std::shared_ptr<raft_status>>{std::make_shared<raft_status>(status)});
             }});
}

autopilot_input autopilot_actor_state::input_of(const raft_status& status) const {
  autopilot_input in;
  if (auto stored = state::autopilot_configuration(*view->state.load(), nullptr).value) in.config = bounded(*stored);
  in.own = status.own;
  in.members = status.members.value;
  in.peers = status.peers;
  in.last_term = status.last_term;
  in.last_index = status.last_index;
  in.term_at = [this](raft::index_t index) { return outside->log->term(index).value_or(0); };
  if (auto known = view->servers.load())
    for (const auto& s : known->servers)
      in.seen.push_back({s.id, s.name, s.address, s.storage, s.build, s.status, s.bootstrap, s.nonvoter});
  in.now = self->clock().now();
  in.unix_now = outside->wall_clock();
  in.heartbeat = heartbeat;
  in.leading_for = in.now - began;
  return in;
}

void autopilot_actor_state::judge(const raft_status& status) {
  if (status.role != raft::role::leader) return;
  auto in = input_of(status);
  auto state = std::make_shared<const autopilot_state>(judge_servers(in, last.get()));
  last = state;
  view->autopilot.store(state);
  // Without gossip (in unit tests) no server's state is known.
  if (changing || in.seen.empty()) return;
  // A stable non-voter is promoted at once; other changes are considered less often.
  auto wanted = std::exchange(reconcile_due, false) ? next_change(in, *state) : next_promotion(in, *state);
  if (wanted) change(*wanted);
}

void autopilot_actor_state::change(const raft::configuration_change& wanted) {
  changing = true;
  promoting = wanted.kind == raft::configuration_change::kind_t::promote;
  outside->log_lines->write(log_level::info, "agent.server.autopilot", deed(wanted.kind),
                            {{"id", wanted.id}, {"address", wanted.address}});
  auto request = std::make_shared<membership_change>();
  request->change = wanted;
  request->done = [me = autopilot_actor{self}, lines = outside->log_lines](const error* failed) {
    if (failed)
      lines->write(log_level::warn, "agent.server.autopilot", "the Raft configuration was not changed",
                   {{"error", failed->text}});
    caf::anon_send(me, messages::members_change_ended{failed == nullptr});
  };
  self->send(peer, members_atom_v, local<std::shared_ptr<membership_change>>{std::move(request)});
}

autopilot_actor::behavior_type autopilot(autopilot_actor::stateful_pointer<autopilot_actor_state> self,
                                         ports_ptr outside, published_state_ptr view, raft_peer_actor peer,
                                         nanoseconds heartbeat) {
  auto& s = self->state;
  s.self = self;
  s.outside = std::move(outside);
  s.view = std::move(view);
  s.peer = std::move(peer);
  s.heartbeat = heartbeat;
  s.began = self->clock().now();
  self->send(self, wake_atom_v);
  return {
      [self](wake_atom) {
        auto& s = self->state;
        if (s.looks++ % looks_per_reconcile == 0) s.reconcile_due = true;
        s.look();
        self->delayed_send(self, look_interval, wake_atom_v);
      },
      [self](members_atom) {
        self->state.reconcile_due = true;
        self->state.look();
      },
      [self](status_atom, local<std::shared_ptr<raft_status>>& status) { self->state.judge(*status.value); },
      [self](messages::members_change_ended m) {
        auto& s = self->state;
        s.changing = false;
        if (!m.committed) return; // the next round tries again
        // There may be more to do. A new vote alone leads to nothing new, and a look at everybody would take back at
        // once a server that an operator removes by hand.
        if (!s.promoting) s.reconcile_due = true;
        s.look();
      },
  };
}

} // namespace praetor
