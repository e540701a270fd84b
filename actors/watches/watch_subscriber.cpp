#include "actors/watches/watch_subscriber.hpp"

#include <algorithm>

namespace praetor {

void watch_subscriber_state::evaluate() {
  // A cell may fire between reading the state and arming the trigger; the answer is stale then.
  do {
    state::watch_set touched;
    current = query->evaluate(touched);
    auto me = caf::actor_cast<watch_subscriber_actor>(self);
    armed = std::make_shared<state::trigger>(
        [me, number = ++generation] { caf::anon_send(me, messages::query_changed{number}); });
    if (!touched.subscribe(armed)) return;
  } while (true);
}

void watch_subscriber_state::add(watch_request_ptr request) {
  ++received;
  if (!current) evaluate();
  if (request->satisfied_by(*current)) {
    request->done(current);
    end_if_alone();
    return;
  }
  request->was_not_found = current->not_found;
  waiting.push_back(std::move(request));
  set_timer();
}

void watch_subscriber_state::remove(const watch_request_ptr& request) {
  std::erase(waiting, request);
  end_if_alone();
}

void watch_subscriber_state::changed() {
  if (waiting.empty()) {
    current = nullptr;
    return;
  }
  evaluate();
  auto answered = std::stable_partition(waiting.begin(), waiting.end(), [this](const watch_request_ptr& request) {
    // "Still not found" is no change, whatever the index.
    if (current->not_found && request->was_not_found && request->history == current->history)
      request->min_index = std::max(request->min_index, current->index);
    request->was_not_found = current->not_found;
    return !request->satisfied_by(*current);
  });
  std::vector<watch_request_ptr> done(answered, waiting.end());
  waiting.erase(answered, waiting.end());
  for (auto& request : done) request->done(current);
  set_timer();
  end_if_alone();
}

void watch_subscriber_state::expire() {
  auto now = self->clock().now();
  auto late = std::stable_partition(waiting.begin(), waiting.end(),
                                    [now](const watch_request_ptr& request) { return request->deadline > now; });
  std::vector<watch_request_ptr> done(late, waiting.end());
  waiting.erase(late, waiting.end());
  if (!done.empty()) {
    // The index may have advanced although the answer has not changed: a waiter whose time is over must not see a
    // smaller index than it sent. Those that keep waiting keep their evaluation.
    state::watch_set unused;
    auto newest = query->evaluate(unused);
    for (auto& request : done) request->done(newest);
  }
  set_timer();
  end_if_alone();
}

void watch_subscriber_state::release() {
  for (auto& request : std::exchange(waiting, {})) request->done(nullptr);
  end_if_alone();
}

void watch_subscriber_state::set_timer() {
  if (waiting.empty()) return;
  auto first =
      std::min_element(waiting.begin(), waiting.end(), [](auto& a, auto& b) { return a->deadline < b->deadline; });
  timer.start_by(self, (*first)->deadline);
}

void watch_subscriber_state::end_if_alone() {
  if (waiting.empty()) self->send(directory, messages::subscriber_idle{query->key(), received});
}

watch_subscriber_actor::behavior_type
watch_subscriber(watch_subscriber_actor::stateful_pointer<watch_subscriber_state> self, watch_directory_actor directory,
                 watched_query_ptr query) {
  auto& s = self->state;
  s.self = self;
  s.directory = std::move(directory);
  s.query = std::move(query);
  return {
      [self](watch_atom, local<std::shared_ptr<watch_request>>& request) { self->state.add(std::move(request.value)); },
      [self](leave_atom, local<std::shared_ptr<watch_request>>& request) { self->state.remove(request.value); },
      [self](messages::query_changed m) {
        if (m.evaluation == self->state.generation) self->state.changed();
      },
      [self](wake_up<> message) {
        if (self->state.timer.has_ended(message)) self->state.expire();
      },
      [self](messages::leadership_changed) { self->state.release(); },
  };
}

watch_directory_state::~watch_directory_state() {
  for (auto& [key, entry] : subscribers) caf::anon_send_exit(entry.subscriber, caf::exit_reason::user_shutdown);
}

watch_directory_actor::behavior_type
watch_directory(watch_directory_actor::stateful_pointer<watch_directory_state> self) {
  return {
      [self](watch_atom, local<std::shared_ptr<watch_request>>& request) {
        auto& subscribers = self->state.subscribers;
        const auto& key = request.value->query->key();
        auto it = subscribers.find(key);
        if (it == subscribers.end()) {
          auto subscriber = self->spawn(watch_subscriber, watch_directory_actor{self}, request.value->query);
          it = subscribers.emplace(key, watch_directory_state::entry{std::move(subscriber), 0}).first;
        }
        ++it->second.sent;
        self->send(it->second.subscriber, watch_atom_v, request);
      },
      [self](leave_atom, local<std::shared_ptr<watch_request>>& request) {
        auto it = self->state.subscribers.find(request.value->query->key());
        if (it != self->state.subscribers.end()) self->send(it->second.subscriber, leave_atom_v, request);
      },
      [self](const messages::subscriber_idle& m) {
        auto it = self->state.subscribers.find(m.query);
        // One that has been sent something since it spoke is not alone any more.
        if (it == self->state.subscribers.end() || it->second.sent != m.received) return;
        self->send_exit(it->second.subscriber, caf::exit_reason::user_shutdown);
        self->state.subscribers.erase(it);
      },
      [self](messages::leadership_changed m) {
        if (m.leads) return;
        for (auto& [key, entry] : self->state.subscribers) self->send(entry.subscriber, m);
      },
  };
}

} // namespace praetor
