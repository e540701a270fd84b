#include "actors/rpc/rpc_router.hpp"

#include "actors/raft/no_leader.hpp"
#include "actors/rpc/ask.hpp"
#include "actors/rpc/link_streams.hpp"
#include "protocol/base/randomness.hpp"
#include "protocol/codec/msgpack.hpp"
#include "protocol/config/runtime_config.hpp"
#include "protocol/mutation.hpp"

#include <algorithm>

namespace praetor {

namespace {

constexpr auto look_interval = std::chrono::milliseconds(25); // between checks of held requests: has a leader been
                                                              // elected?
/// The limit on held and sent requests together. Higher than what frontends and the gateway admit, who share their
/// slots fairly, so that no client's requests displace others here.
constexpr std::size_t most_waiting = 131072;
constexpr int most_doublings = 16;

error unknown_outcome() {
  return {error_code::unknown_outcome,
          "the server that carries out the write was lost before it answered: whether it was carried out is unknown"};
}

} // namespace

rpc_router_state::~rpc_router_state() {
  for (auto& [id, l] : links) caf::anon_send_exit(l.handle, caf::exit_reason::user_shutdown);
}

void rpc_router_state::propose(std::shared_ptr<proposal> p) {
  auto done = p->done ? p->done : apply_callback{[](const state::apply_result&) {}};
  request_terms terms;
  terms.to.datacenter = options.datacenter;
  terms.to.hold = p->hold.count() > 0 ? p->hold : options.hold;
  terms.patience = options.view->settings.load()->rpc.client_timeout;
  terms.hops = p->hops + 1;
  terms.origin = p->origin;
  auto failed = std::make_shared<std::weak_ptr<forwarded_request>>();
  auto r = prepared<rpc_kind::propose>(
      std::move(terms), [p] { return p->command.bytes(); },
      [done, failed](const expected<state::apply_result>& answer) {
        if (answer) return done(*answer);
        auto result = state::apply_result::failure(answer.error());
        auto request = failed->lock();
        result.not_appended = request && request->notes.nothing_done;
        done(result);
      });
  *failed = r;
  // After `most_hops` forwards, fail instead of forwarding again, so that the first hop re-resolves the leader.
  if (p->hops >= most_hops) r->attempt = nullptr;
  r->terms.here = [me = rpc_router_actor{self}, peer = options.peer, p, done, weak = std::weak_ptr(r)] {
    auto sent = std::make_shared<proposal>();
    sent->command = p->command;
    sent->done = [me, done, r = weak.lock()](const state::apply_result& result) {
      if (!result.not_appended) return done(result);
      // Retry only what was definitely not appended: a repeated compare-and-set would return false after having
      // succeeded.
      caf::anon_send(me, forward_atom_v, local<forwarded_request_ptr>{r});
    };
    caf::anon_send(peer, propose_atom_v, local<std::shared_ptr<proposal>>{std::move(sent)});
  };
  forward(std::move(r));
}

void rpc_router_state::read(done_callback done) {
  auto r = std::make_shared<forwarded_request>();
  r->terms.to = {.datacenter = options.datacenter, .hold = options.hold};
  r->done = [done](expected<std::string> answer) {
    auto failed = answer ? no_leader() : answer.error();
    done(&failed);
  };
  r->terms.here = [me = rpc_router_actor{self}, peer = options.peer, done, weak = std::weak_ptr(r)] {
    caf::anon_send(peer, read_atom_v, local<done_callback>{[me, done, r = weak.lock()](const error* failed) {
                     if (!failed) return done(nullptr);
                     caf::anon_send(me, forward_atom_v, local<forwarded_request_ptr>{r});
                   }});
  };
  forward(std::move(r));
}

void rpc_router_state::forward(forwarded_request_ptr r) {
  auto& notes = r->notes;
  if (notes.cancelled) return;
  if (notes.begun) return hold_back(r); // one of this agent's own attempts failed
  notes.begun = true;
  notes.hold_until = self->clock().now() + r->terms.to.hold;
  notes.deadline = notes.hold_until + r->terms.patience;
  notes.last = no_leader();
  if (held.size() + flights.size() >= most_waiting)
    return r->done(fail("too many requests wait for other servers, try again later", 503));
  attempt(r);
}

void rpc_router_state::cancel(const forwarded_request_ptr& r) {
  r->notes.cancelled = true;
  if (auto it = held.find(r->notes.place); it != held.end() && it->second == r) held.erase(it);
  auto it = flights.find(r->notes.number);
  if (it == flights.end() || it->second.request != r) return;
  if (auto to = links.find(it->second.server); to != links.end()) send_cancel(to->second.handle, it->first);
  end_flight(it->first);
}

std::optional<rpc_router_state::flight> rpc_router_state::end_flight(std::uint64_t number) {
  auto over = flights.extract(number);
  if (!over) return {};
  if (auto& pusher = over.mapped().pusher) self->send(pusher, leave_atom_v);
  return std::move(over.mapped());
}

void rpc_router_state::begin_stream(std::uint64_t number, flight& f, std::string head) {
  auto to = links.find(f.server);
  if (to == links.end())
    return f.request->done(fail(error_code::disconnected, "the link to server " + f.server + " has failed"));
  if (!f.request->streamed) {
    send_cancel(to->second.handle, number);
    return f.request->done(fail("the answer is a stream, which is not taken here"));
  }
  auto rest = std::make_shared<byte_pipe>();
  self->spawn<caf::hidden>(stream_puller, to->second.handle, number, rest, stream_limits{});
  f.request->streamed(std::move(head), std::move(rest));
}

const std::string& rpc_router_state::asked_datacenter(const destination& to) const {
  return options.server ? to.datacenter : options.datacenter;
}

bool rpc_router_state::has_servers(const std::string& datacenter) const {
  if (options.server && datacenter == options.datacenter) return true;
  auto known = options.view->servers.load();
  return std::any_of(links.begin(), links.end(), [&](const auto& each) {
    const auto& [id, link] = each;
    if (link.datacenter != datacenter) return false;
    if (link.up) return true;
    auto* server = known ? known->find(id) : nullptr;
    return server && server->status != swim::member_status::failed;
  });
}

const std::string* rpc_router_state::choose(const std::string& datacenter) const {
  auto reached = [this](const std::string& id) -> const std::string* {
    auto it = links.find(id);
    return it != links.end() && it->second.up ? &it->first : nullptr;
  };
  if (options.server && datacenter == options.datacenter) return reached(options.view->leader.get()->leader_id);
  auto servers = rotations.find(datacenter);
  if (servers == rotations.end()) return nullptr;
  for (const auto& id : servers->second)
    if (auto* found = reached(id)) return found;
  return nullptr;
}

void rpc_router_state::attempt(const forwarded_request_ptr& r) {
  auto leader = options.view->leader.get();
  auto& notes = r->notes;
  notes.seen_term = leader->term;
  notes.seen_leader = leader->leader_id;
  const auto& datacenter = asked_datacenter(r->terms.to);
  bool leads = leader->is_leader && datacenter == options.datacenter;
  if (leads && r->terms.here) return r->terms.here();
  if (!r->attempt) return r->done(tl::unexpected(no_leader()));
  if (!has_servers(datacenter)) return give_up(r);
  auto* server = choose(datacenter);
  if (!server) return hold_back(r);
  auto now = self->clock().now();
  rpc_request request;
  request.number = notes.number = ++next_number;
  request.hops = r->terms.hops;
  request.hold = std::max<nanoseconds>(notes.hold_until - now, nanoseconds{0});
  request.origin = r->terms.origin;
  request.streams = r->rest != nullptr;
  auto sent = r->attempt();
  notes.repeatable = sent.repeatable;
  request.body = std::move(sent.body);
  auto call = std::make_shared<remote_call>();
  call->request = envelope_of(r->kind, msgpack::pack(request));
  call->deadline = notes.deadline;
  call->done = [me = rpc_router_actor{self}, number = notes.number](expected<envelope> answer, bool reached) {
    caf::anon_send(me,
                   messages::attempt_ended{number, std::make_shared<remote_outcome>(remote_outcome{answer, reached})});
  };
  auto& to = links.at(*server);
  auto& started = flights[notes.number];
  started.request = r;
  started.server = *server;
  self->send(to.handle, rpc_atom_v, local<std::shared_ptr<remote_call>>{std::move(call)});
  if (r->rest)
    started.pusher = self->spawn<caf::hidden>(stream_pusher, to.handle, notes.number, r->rest(), rpc_router_actor{self},
                                              stream_limits{});
}

void rpc_router_state::ended(std::uint64_t number, remote_outcome outcome) {
  auto over = end_flight(number);
  if (!over) return; // cancelled
  const auto& r = over->request;
  const auto& server = over->server;
  auto now = self->clock().now();
  if (outcome.answer) {
    auto& e = *outcome.answer;
    r->notes.nothing_done = false;
    if (static_cast<rpc_kind>(e.kind) == rpc_kind::streamed) return begin_stream(number, *over, std::move(e.bytes));
    if (static_cast<rpc_kind>(e.kind) != rpc_kind::refused) return r->done(std::move(e.bytes));
    rpc_refusal why;
    if (auto read = msgpack::unpack(e.bytes, why); !read)
      why.text = "a refusal could not be read: " + read.error().text;
    auto reason = why.why();
    r->notes.nothing_done = why.not_carried_out;
    if (!why.not_carried_out) return r->done(tl::unexpected(std::move(reason)));
    r->notes.last = std::move(reason);
    rotate(server);
  } else {
    rotate(server);
    r->notes.nothing_done = !outcome.reached;
    if (outcome.reached && !r->notes.repeatable && !mutated(mutation::resent_compare_and_set))
      return r->done(tl::unexpected(unknown_outcome()));
    if (now >= r->notes.deadline) return r->done(tl::unexpected(outcome.answer.error()));
    // A request that has waited for long starts a new wait for the next leader.
    auto afresh = std::min<steady_time>(now + r->terms.to.hold, r->notes.deadline);
    if (outcome.reached) r->notes.hold_until = std::max(r->notes.hold_until, afresh);
    r->notes.last = no_leader();
  }
  hold_back(r);
}

void rpc_router_state::hold_back(const forwarded_request_ptr& r) {
  auto& notes = r->notes;
  auto now = self->clock().now();
  if (notes.cancelled) return;
  if (now >= notes.hold_until || now >= notes.deadline || !has_servers(asked_datacenter(r->terms.to)))
    return give_up(r);
  auto limit = std::max<nanoseconds>(
      r->terms.to.hold / 16 * (std::int64_t{1} << std::min(notes.attempts++, most_doublings)), nanoseconds{1});
  auto least = std::min(notes.waited, limit - nanoseconds{1});
  notes.waited = least + jitter(random, limit - least);
  notes.due = std::min<steady_time>(now + notes.waited, notes.hold_until);
  notes.place = ++next_place;
  held.emplace(notes.place, r);
  if (timer_set) return;
  timer_set = true;
  self->delayed_send(self, look_interval, wake_atom_v);
}

void rpc_router_state::give_up(const forwarded_request_ptr& r) {
  const auto& datacenter = asked_datacenter(r->terms.to);
  if (has_servers(datacenter)) return r->done(tl::unexpected(r->notes.last));
  if (datacenter != options.datacenter) return r->done(tl::unexpected(no_path()));
  r->done(fail(error_code::no_servers, "No known Consul servers"));
}

void rpc_router_state::retry() {
  auto now = self->clock().now();
  auto leader = options.view->leader.get();
  std::deque<forwarded_request_ptr> due;
  std::erase_if(held, [&](auto& each) {
    auto& notes = each.second->notes;
    bool new_leader =
        !leader->leader_id.empty() && (leader->leader_id != notes.seen_leader || leader->term != notes.seen_term);
    bool is_due = notes.due <= now || new_leader;
    if (is_due) due.push_back(std::move(each.second));
    return is_due;
  });
  for (auto& r : due) {
    if (now >= r->notes.hold_until || now >= r->notes.deadline)
      give_up(r);
    else
      attempt(r);
  }
  if (held.empty() || timer_set) return;
  timer_set = true;
  self->delayed_send(self, look_interval, wake_atom_v);
}

rpc_router_actor::behavior_type rpc_router(rpc_router_actor::stateful_pointer<rpc_router_state> self,
                                           rpc_router_options options) {
  auto& s = self->state;
  s.self = self;
  s.options = std::move(options);
  s.random.seed(s.options.outside->seed());
  self->set_down_handler([self](const caf::down_msg& down) { self->state.link_lost(down.source); });
  if (auto known = s.options.view->servers.load()) s.members_changed(*known);
  return {
      [self](propose_atom, local<std::shared_ptr<proposal>>& p) { self->state.propose(std::move(p.value)); },
      [self](read_atom, local<done_callback>& done) { self->state.read(std::move(done.value)); },
      [self](wake_atom) {
        self->state.timer_set = false;
        self->state.retry();
      },
      [self](wake_up<spread_agents> message) {
        if (self->state.rebalance.has_ended(message)) self->state.shuffle();
      },
      [self](forward_atom, local<std::shared_ptr<forwarded_request>>& r) { self->state.forward(std::move(r.value)); },
      [self](leave_atom, local<std::shared_ptr<forwarded_request>>& r) { self->state.cancel(r.value); },
      [self](const messages::attempt_ended& m) { self->state.ended(m.number, std::move(*m.outcome)); },
      [self](members_atom, local<std::shared_ptr<const known_servers>>& now) {
        self->state.members_changed(*now.value);
      },
      [self](const messages::link_changed& m) { self->state.link_changed(m.server, m.up); },
  };
}

} // namespace praetor
