#include "actors/rpc_router.hpp"

#include "protocol/types/error.hpp"

namespace praetor {

namespace {

constexpr auto retry_interval = std::chrono::milliseconds(25);
constexpr std::size_t most_held = 16384;

void answer(const proposal& p, std::string text, int status) {
  if (p.done) p.done(state::apply_result::failure(std::move(text), status));
}

} // namespace

void rpc_router_state::hold(held h) {
  if (waiting.size() >= most_held) return h.give_up();
  waiting.push_back(std::move(h));
  if (timer_set) return;
  timer_set = true;
  self->delayed_send(self, retry_interval, wake_atom_v);
}

void rpc_router_state::propose(std::shared_ptr<proposal> p, steady_time deadline) {
  auto me = rpc_router_actor{self};
  // Only what was surely never appended is sent again: a second compare-and-set would answer false after having won.
  auto attempt = [this, me, p, deadline] {
    auto sent = std::make_shared<proposal>();
    sent->data = p->data;
    sent->done = [me, p, deadline](const state::apply_result& result) {
      if (!result.not_appended) {
        if (p->done) p->done(result);
        return;
      }
      caf::anon_send(me, propose_atom_v, local<std::shared_ptr<proposal>>{p}, deadline.time_since_epoch().count());
    };
    self->send(peer, propose_atom_v, local<std::shared_ptr<proposal>>{std::move(sent)});
  };
  if (view->leader.get()->is_leader) return attempt();
  hold({deadline, attempt, [p] { answer(*p, "No cluster leader", 500); }});
}

void rpc_router_state::read(done_callback done, steady_time deadline) {
  auto me = rpc_router_actor{self};
  auto shared = std::make_shared<done_callback>(std::move(done));
  auto attempt = [this, me, shared, deadline] {
    self->send(peer, read_atom_v, local<done_callback>{[me, shared, deadline](const error* failed) {
                 if (!failed) return (*shared)(nullptr);
                 caf::anon_send(me, read_atom_v, local<done_callback>{*shared}, deadline.time_since_epoch().count());
               }});
  };
  if (view->leader.get()->is_leader) return attempt();
  hold({deadline, attempt, [shared] {
          error none{"No cluster leader", 500};
          (*shared)(&none);
        }});
}

void rpc_router_state::retry() {
  timer_set = false;
  auto now = self->clock().now();
  bool leads = view->leader.get()->is_leader;
  for (auto& h : std::exchange(waiting, {})) {
    if (now >= h.deadline)
      h.give_up();
    else if (leads)
      h.send();
    else
      hold(std::move(h));
  }
}

rpc_router_actor::behavior_type rpc_router(rpc_router_actor::stateful_pointer<rpc_router_state> self,
                                           agent_view_ptr view, raft_peer_actor peer, nanoseconds hold_timeout) {
  auto& s = self->state;
  s.self = self;
  s.view = std::move(view);
  s.peer = std::move(peer);
  s.hold_timeout = hold_timeout;
  return {
      [self](propose_atom, local<std::shared_ptr<proposal>>& p) {
        auto& s = self->state;
        s.propose(std::move(p.value), self->clock().now() + s.hold_timeout);
      },
      [self](read_atom, local<done_callback>& done) {
        auto& s = self->state;
        s.read(std::move(done.value), self->clock().now() + s.hold_timeout);
      },
      [self](propose_atom, local<std::shared_ptr<proposal>>& p, std::int64_t deadline) {
        steady_time until{steady_time::duration{deadline}};
        auto& s = self->state;
        if (self->clock().now() >= until) return answer(*p.value, "No cluster leader", 500);
        s.hold({until, [self, p = p.value, until] { self->state.propose(p, until); },
                [p = p.value] { answer(*p, "No cluster leader", 500); }});
      },
      [self](read_atom, local<done_callback>& done, std::int64_t deadline) {
        steady_time until{steady_time::duration{deadline}};
        error none{"No cluster leader", 500};
        if (self->clock().now() >= until) return done.value(&none);
        self->state.hold({until, [self, call = done.value, until] { self->state.read(call, until); },
                          [call = done.value] {
                            error none{"No cluster leader", 500};
                            call(&none);
                          }});
      },
      [self](wake_atom) { self->state.retry(); },
      [](forward_atom, local<std::shared_ptr<forwarded_request>>&) {},
      [](members_atom, local<std::shared_ptr<const known_servers>>&) {},
      [](link_atom, const std::string&, bool) {},
  };
}

void write_path::propose(std::string command, apply_callback done) const {
  auto p = std::make_shared<proposal>();
  p->data = std::move(command);
  p->done = std::move(done);
  if (view_->leader.get()->is_leader) {
    p->router = router_;
    caf::anon_send(peer_, propose_atom_v, local<std::shared_ptr<proposal>>{std::move(p)});
  } else {
    caf::anon_send(router_, propose_atom_v, local<std::shared_ptr<proposal>>{std::move(p)});
  }
}

void write_path::read(done_callback done) const {
  caf::anon_send(router_, read_atom_v, local<done_callback>{std::move(done)});
}

} // namespace praetor
