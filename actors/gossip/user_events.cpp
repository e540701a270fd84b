#include "actors/gossip/user_events.hpp"

#include "actors/agent.hpp"
#include "actors/rpc/remote_execution.hpp"
#include "protocol/codec/json_read.hpp"
#include "protocol/codec/msgpack.hpp"
#include "protocol/config/runtime_config.hpp"
#include "protocol/filter/regexp.hpp"
#include "protocol/mutation.hpp"
#include "protocol/types/event_index.hpp"

#include <algorithm>

namespace praetor {

namespace {

constexpr std::size_t most_kept = 256, most_waiting = 16384, most_executions = 64;
constexpr std::int64_t known_version = 1;

bool matches(const filter::regexp& compiled, const std::string& text) {
  return compiled.error().empty() && compiled.matches(text);
}

} // namespace

expected<void> check_filters(const user_event& e) {
  if (!e.tag_filter.empty() && e.service_filter.empty())
    return fail("Cannot provide tag filter without service filter");
  for (auto [what, pattern] :
       {std::pair{"node", &e.node_filter}, {"service", &e.service_filter}, {"tag", &e.tag_filter}}) {
    filter::regexp compiled(*pattern);
    if (!compiled.error().empty()) return fail(std::string("Invalid ") + what + " filter: " + compiled.error());
  }
  return {};
}

std::string encode_event(const user_event& e) { return msgpack::pack(e); }

std::uint64_t event_index(const std::vector<user_event_ptr>& events) {
  return events.empty() ? 1 : event_index(events.back()->id);
}

bool user_events_state::is_meant(const user_event& e) const {
  auto config = view->settings.load();
  if (!e.node_filter.empty() && !matches(filter::regexp(e.node_filter), config->node_name)) return false;
  if (e.service_filter.empty()) return true;
  // Compiled once, not per service: the sender of an event chooses them.
  filter::regexp service_filter(e.service_filter), tag_filter(e.tag_filter);
  bool found = false;
  view->registry.get()->services.for_each([&](std::string_view, const local_service_ptr& s) {
    if (found || !matches(service_filter, s->service->name)) return;
    const auto& tags = s->service->tags;
    found = e.tag_filter.empty() ||
            std::any_of(tags.begin(), tags.end(), [&](const auto& tag) { return matches(tag_filter, tag); });
  });
  return found;
}

void user_events_state::new_leader(const std::string& node) {
  outside->log_lines->write(log_level::info, view->settings.load()->server ? "agent.server" : "agent.client",
                            "New leader elected", {{"payload", node}});
  auto handles = view->handles.load();
  if (handles && handles->sync) self->send(handles->sync, members_atom_v);
}

user_events_state::~user_events_state() {
  for (const auto& one : executions) caf::anon_send_exit(one, caf::exit_reason::user_shutdown);
}

/// Events that trigger a remote execution are not shown to clients.
void user_events_state::execute(const user_event& e) {
  auto tell = [&](log_level level, const char* what) {
    outside->log_lines->write(level, "agent", what, {{"event_name", e.name}, {"event_id", e.id}});
  };
  if (view->settings.load()->disable_remote_exec || !outside->commands)
    return tell(log_level::info, "ignoring remote exec event, disabled");
  remote_execution_options o;
  if (!json::read(e.payload.bytes, o.place) || o.place.prefix.empty() || o.place.session.empty())
    return tell(log_level::error, "failed to decode remote exec event");
  if (executions.size() >= most_executions)
    return tell(log_level::warn, "ignoring remote exec event, too many are under way");
  tell(log_level::debug, "received remote exec event");
  o.outside = outside;
  o.view = view;
  o.event = e.id;
  auto execution = self->spawn(remote_execution, std::move(o));
  self->monitor(execution);
  executions.push_back(std::move(execution));
}

void user_events_state::received(const swim::user_event& e) {
  if (e.name == new_leader_event) return new_leader(e.payload);
  if (!e.name.starts_with(user_event_prefix)) return;
  auto body = msgpack::unpack<user_event>(e.payload);
  if (!body) {
    if (complaints.admits({}, body.error().text, self->clock().now()))
      outside->log_lines->write(log_level::error, "agent", "a user event could not be read",
                                {{"event", e.name}, {"error", body.error().text}});
    return;
  }
  if (body->version > known_version) {
    if (complaints.admits({}, "version", self->clock().now()))
      outside->log_lines->write(log_level::warn, "agent", "a user event has a version that is not known here",
                                {{"event", body->name}, {"version", body->version}});
    return;
  }
  body->ltime = e.time;
  if (!is_meant(*body)) return;
  if (body->name == execution_event_name) return execute(*body);
  outside->log_lines->write(log_level::debug, "agent", "new event",
                            {{"event_name", body->name}, {"event_id", body->id}});
  if (kept.size() >= most_kept) kept.pop_front();
  kept.push_back(std::make_shared<const user_event>(std::move(*body)));
  answer_due();
}

std::vector<user_event_ptr> user_events_state::named(const std::string& wanted) const {
  std::vector<user_event_ptr> out;
  for (const auto& e : kept)
    if (wanted.empty() || e->name == wanted) out.push_back(e);
  return out;
}

void user_events_state::watch(std::shared_ptr<event_wait> w) {
  if (waiting.size() >= most_waiting) w->index = 0;
  waiting.push_back(std::move(w));
  auto newest = waiting.back();
  answer_due();
  if (!waiting.empty() && waiting.back() == newest)
    self->delayed_send(self, newest->deadline - self->clock().now(), wake_atom_v);
}

bool user_events_state::is_due(const event_wait& w, const std::vector<user_event_ptr>& events) const {
  if (w.index == 0 || self->clock().now() >= w.deadline) return true;
  auto seen = events;
  if (w.visible && !mutated(mutation::hidden_event_wakes))
    std::erase_if(seen, [&](const auto& e) { return !w.visible(*e); });
  return event_index(seen) != w.index;
}

void user_events_state::answer_due() {
  std::erase_if(waiting, [&](const auto& w) {
    auto events = named(w->name);
    if (!is_due(*w, events)) return false;
    w->done(events);
    return true;
  });
}

user_events_actor::behavior_type user_events(user_events_actor::stateful_pointer<user_events_state> self,
                                             ports_ptr outside, agent_view_ptr view) {
  auto& s = self->state;
  s.self = self;
  s.outside = std::move(outside);
  s.view = std::move(view);
  self->set_down_handler([self](const caf::down_msg& down) {
    std::erase_if(self->state.executions, [&](const auto& one) { return one.address() == down.source; });
  });
  return {
      [self](gossip_atom, local<std::shared_ptr<const swim::user_event>>& e) { self->state.received(*e.value); },
      [self](watch_atom, local<std::shared_ptr<event_wait>>& w) { self->state.watch(std::move(w.value)); },
      [self](leave_atom, local<std::shared_ptr<event_wait>>& w) { std::erase(self->state.waiting, w.value); },
      [self](wake_atom) { self->state.answer_due(); },
  };
}

} // namespace praetor
