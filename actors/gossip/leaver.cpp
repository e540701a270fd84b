#include "actors/gossip/leaver.hpp"

#include "actors/gossip/gossip_command.hpp"

#include <algorithm>
#include <utility>

namespace praetor {

namespace {

/// A server waits this long for its removal from the configuration, which needs a majority.
constexpr auto look_interval = std::chrono::milliseconds(100);
constexpr unsigned most_looks = 50;
/// Beyond the duration of a gossip leave.
constexpr auto farewell_limit = std::chrono::seconds(20);

} // namespace

void leaver_state::tick(nanoseconds after) { self->delayed_send(self, after, messages::step_timed_out{now}); }

/// Whether other servers remain for the clients.
bool leaver_state::has_successors() const {
  auto known = options.view->servers.load();
  return options.peer && known && std::any_of(known->servers.begin(), known->servers.end(), [&](const known_server& s) {
           return s.id != options.node_id && s.status == swim::member_status::alive;
         });
}

void leaver_state::begin(leave_step next) {
  now = next;
  switch (now) {
  case leave_step::start: return;
  case leave_step::hand_over: return hand_over();
  case leave_step::farewell: return say_farewell();
  case leave_step::drain: return has_successors() ? tick(options.drain) : begin(leave_step::removal);
  case leave_step::removal: return has_successors() ? look() : begin(leave_step::over);
  case leave_step::over:
    if (options.done) options.done(nullptr);
    return self->quit();
  }
}

void leaver_state::through(leave_step which) {
  if (which != now) return;
  if (now == leave_step::farewell && --open_pools > 0) return;
  begin(static_cast<leave_step>(static_cast<std::uint64_t>(now) + 1));
}

void leaver_state::hand_over() {
  if (!has_successors() || !options.view->leader.get()->is_leader) return through(leave_step::hand_over);
  auto ended = [me = leaver_actor{self}, lines = options.outside->log_lines](const error* failed) {
    if (failed)
      lines->write(log_level::warn, "agent.server", "leadership is not handed over before leaving",
                   {{"error", failed->text}});
    caf::anon_send(me, messages::step_ended{leave_step::hand_over});
  };
  self->send(options.peer, messages::transfer_leadership{{}, std::move(ended)});
}

void leaver_state::say_farewell() {
  for (const auto& pool : {options.wan, options.lan}) {
    if (!pool) continue;
    ++open_pools;
    ask_gossip(pool, gossip_command::leave{[me = leaver_actor{self}] {
                 caf::anon_send(me, messages::step_ended{leave_step::farewell});
               }});
  }
  if (open_pools == 0) return through(leave_step::farewell);
  tick(farewell_limit);
}

void leaver_state::look() {
  auto me = leaver_actor{self};
  self->send(options.peer, status_atom_v, local<std::function<void(const raft_status&)>>{[me](const raft_status& s) {
               caf::anon_send(me, status_atom_v, local<std::shared_ptr<raft_status>>{std::make_shared<raft_status>(s)});
             }});
}

void leaver_state::judge(const raft_status& status) {
  if (now != leave_step::removal) return;
  bool member = status.members.value.find(status.own) != nullptr;
  // A leader does not remove itself: it hands over when it ends.
  if (!member || status.role == raft::role::leader || ++looks >= most_looks) return through(leave_step::removal);
  tick(look_interval);
}

leaver_actor::behavior_type leaver(leaver_actor::stateful_pointer<leaver_state> self, leaver_options options) {
  auto& s = self->state;
  s.self = self;
  s.options = std::move(options);
  self->send(self, messages::step_ended{leave_step::start});
  return {
      [self](messages::step_ended m) { self->state.through(m.step); },
      [self](messages::step_timed_out m) {
        auto& s = self->state;
        if (s.now != m.step) return;
        if (s.now == leave_step::removal) return s.look();
        s.open_pools = 0;
        s.through(s.now);
      },
      [self](status_atom, local<std::shared_ptr<raft_status>>& status) { self->state.judge(*status.value); },
  };
}

} // namespace praetor
