#include "actors/leader/session_timer.hpp"

#include "protocol/mutation.hpp"
#include "storage/state/command.hpp"
#include "storage/state/command_rules.hpp"
#include "storage/state/queries_kv.hpp"

#include <algorithm>
#include <set>

namespace praetor {

namespace {

constexpr unsigned most_retries = 5;
constexpr auto first_retry = std::chrono::seconds(10);

} // namespace

void session_timer_state::restart() {
  retry_waits = {first_retry, first_retry * (1 << (most_retries - 1))};
  countdown.start(self, 2 * ttl);
}

void session_timer_state::destroy() {
  session_request request;
  request.datacenter = datacenter;
  request.op = "destroy";
  request.session.id = id;
  auto me = session_timer_actor{self};
  writes.propose(encode_command(command_type::session, request),
                 [me](const state::apply_result& result) { caf::anon_send(me, messages::write_ended{result.ok()}); });
}

session_timer_actor::behavior_type session_timer(session_timer_actor::stateful_pointer<session_timer_state> self,
                                                 ports_ptr outside, write_path writes, std::string datacenter,
                                                 std::string id, nanoseconds ttl) {
  auto& s = self->state;
  s.self = self;
  s.outside = std::move(outside);
  s.writes = std::move(writes);
  s.datacenter = std::move(datacenter);
  s.id = std::move(id);
  s.ttl = ttl;
  s.restart();
  return {
      [self](renew_atom) {
        if (!mutated(mutation::session_renewal_ignored)) self->state.restart();
      },
      [self](wake_up<> message) {
        auto& s = self->state;
        if (!s.countdown.has_ended(message)) return;
        s.outside->log_lines->write(log_level::debug, "agent.server", "Session TTL expired", {{"session", s.id}});
        s.destroy();
      },
      [self](messages::write_ended m) {
        auto& s = self->state;
        if (m.worked || s.retry_waits.failures() == most_retries) return;
        s.countdown.start(self, s.retry_waits.next());
      },
  };
}

session_timers_state::~session_timers_state() {
  for (auto& [id, timer] : timers) caf::anon_send_exit(timer, caf::exit_reason::user_shutdown);
}

void session_timers_state::compare() {
  std::set<std::string> wanted;
  // If the state changed before the trigger was armed, read it again.
  for (bool stale = true; stale;) {
    wanted.clear();
    state::watch_set touched;
    auto store = view->state.load();
    for (const auto& session : state::list_sessions(*store, &touched).value) {
      auto ttl = duration_from_text(session->ttl).value;
      if (!ttl || ttl->count() <= 0) continue;
      // Log and archives may hold any text.
      ttl = std::min(*ttl, state::longest_session_ttl);
      wanted.insert(session->id);
      if (!timers.contains(session->id))
        timers.emplace(session->id, self->spawn(session_timer, outside, writes, datacenter, session->id, *ttl));
    }
    auto me = session_timers_actor{self};
    armed = std::make_shared<state::trigger>([me] { caf::anon_send(me, changed_atom_v); });
    stale = touched.subscribe(armed);
  }
  std::erase_if(timers, [&](auto& item) {
    if (wanted.contains(item.first)) return false;
    self->send_exit(item.second, caf::exit_reason::user_shutdown);
    return true;
  });
  PRAETOR_ASSERT(timers.size() == wanted.size());
}

session_timers_actor::behavior_type session_timers(session_timers_actor::stateful_pointer<session_timers_state> self,
                                                   ports_ptr outside, published_state_ptr view, write_path writes,
                                                   std::string datacenter) {
  auto& s = self->state;
  s.self = self;
  s.outside = std::move(outside);
  s.view = std::move(view);
  s.writes = std::move(writes);
  s.datacenter = std::move(datacenter);
  if (!mutated(mutation::session_timer_not_restarted)) s.compare();
  return {
      [self](changed_atom) { self->state.compare(); },
      [self](const messages::renew_timer& m) {
        auto& s = self->state;
        bool exists = state::find_session(*s.view->state.load(), m.session, nullptr).value != nullptr;
        // The session may be newer than the last comparison.
        if (exists && !s.timers.contains(m.session)) s.compare();
        if (auto it = s.timers.find(m.session); it != s.timers.end()) self->send(it->second, renew_atom_v);
        m.done(exists);
      },
  };
}

} // namespace praetor
