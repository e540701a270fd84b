#include "actors/watches/answer_cache.hpp"

#include "protocol/base/randomness.hpp"

#include <algorithm>
#include <utility>

namespace praetor {

namespace {

constexpr auto shortest_wait = std::chrono::seconds(1); ///< minimal duration of a blocking query without a change
constexpr auto look_interval = std::chrono::minutes(1);

} // namespace

cached_answer_state::~cached_answer_state() {
  if (cancel) cancel();
}

/// The age of a refreshed answer is the time since we lost contact with the servers.
nanoseconds cached_answer_state::age() const {
  auto now = self->clock().now();
  if (!question->waits()) return now - fetched;
  return lost ? nanoseconds{now - *lost} : nanoseconds{0};
}

bool cached_answer_state::satisfies(const cache_request& r) const {
  if (!current) return false;
  if (question->waits()) return r.min_index == 0 || current->index() > r.min_index;
  return !r.max_age || (r.max_age->count() > 0 && age() <= *r.max_age);
}

void cached_answer_state::ask(cache_request_ptr r) {
  if (satisfies(*r)) return r->done({current, true, age()});
  waiting.push_back(std::move(r));
  set_timer();
  // While no server answers, a caller without any cached answer does not wait for the next retry.
  if (!cancel && (!current || !question->waits())) fetch();
}

void cached_answer_state::remove(const cache_request_ptr& r) { std::erase(waiting, r); }

void cached_answer_state::fetch() {
  retry.stop();
  auto index = current && question->waits() ? current->index() : 0;
  fetch_began = self->clock().now();
  auto me = caf::actor_cast<caf::actor_addr>(self);
  auto done = [me, number = ++fetches](fetched_answer f) {
    if (auto answer = caf::actor_cast<cached_answer_actor>(me))
      caf::anon_send(answer, messages::fetch_ended{number, std::make_shared<const fetched_answer>(std::move(f))});
  };
  cancel = question->fetch(index, std::move(done));
}

void cached_answer_state::fetched_one(const fetched_answer_ptr& f) {
  cancel = nullptr;
  return f->good() ? keep(f) : tolerate_failure(f);
}

void cached_answer_state::keep(const fetched_answer_ptr& f) {
  pauses.reset();
  lost.reset();
  bool news = !current || f->index() != current->index();
  current = f;
  fetched = self->clock().now();
  for (auto& r : std::exchange(waiting, {})) {
    // Non-blocking queries were fetched just now, so any max-age is satisfied.
    if (satisfies(*r) || !question->waits())
      r->done({current, false, nanoseconds{0}});
    else
      waiting.push_back(std::move(r));
  }
  if (!question->waits()) return;
  // A server that answers blocking queries at once must not be polled in a tight loop.
  if (news || fetched - fetch_began >= shortest_wait) return fetch();
  retry.start(self, shortest_wait);
}

void cached_answer_state::tolerate_failure(const fetched_answer_ptr& failed) {
  if (!lost) lost = self->clock().now();
  if (failed->refused()) current = nullptr;
  for (auto& r : std::exchange(waiting, {})) {
    if (!current)
      r->done({failed, false, nanoseconds{0}});
    else if (question->waits())
      waiting.push_back(std::move(r)); // the answer may change before its deadline
    else if (age() <= r->stale_if_error)
      r->done({current, true, age()});
    else
      r->done({failed, false, nanoseconds{0}});
  }
  if (current && question->waits()) retry.start(self, pause());
}

nanoseconds cached_answer_state::pause() {
  auto base = pauses.next();
  return base > nanoseconds{0} ? base + jitter(random, base) : base;
}

void cached_answer_state::dismiss(const fetched_answer_ptr& why) {
  for (auto& r : std::exchange(waiting, {})) r->done({why, false, nanoseconds{0}});
}

void cached_answer_state::set_timer() {
  auto first = steady_time::max();
  for (const auto& r : waiting)
    if (r->min_index > 0) first = std::min(first, r->deadline);
  if (first == steady_time::max()) return;
  expiry.start(self, std::max<nanoseconds>(first - self->clock().now(), nanoseconds{0}));
}

void cached_answer_state::expire() {
  auto now = self->clock().now();
  for (auto& r : std::exchange(waiting, {})) {
    if (r->min_index > 0 && r->deadline <= now && current)
      r->done({current, false, age()});
    else
      waiting.push_back(std::move(r));
  }
  set_timer();
}

cached_answer_actor::behavior_type cached_answer(cached_answer_actor::stateful_pointer<cached_answer_state> self,
                                                 cached_question_ptr question, std::uint64_t seed) {
  auto& s = self->state;
  s.self = self;
  s.question = std::move(question);
  s.random.seed(seed);
  self->set_exit_handler([self](caf::exit_msg& m) {
    auto why = std::make_shared<fetched_answer>();
    why->failure = error{"the agent keeps answers to newer questions: ask again", 500};
    self->state.dismiss(why);
    self->quit(m.reason);
  });
  return {
      [self](watch_atom, local<std::shared_ptr<cache_request>>& r) { self->state.ask(std::move(r.value)); },
      [self](leave_atom, local<std::shared_ptr<cache_request>>& r) { self->state.remove(r.value); },
      [self](const messages::fetch_ended& m) {
        if (m.fetch == self->state.fetches) self->state.fetched_one(m.answer);
      },
      [self](wake_up<fetch_again> message) {
        auto& s = self->state;
        if (s.retry.has_ended(message) && !s.cancel) s.fetch();
      },
      [self](wake_up<deadline_reached> message) {
        if (self->state.expiry.has_ended(message)) self->state.expire();
      },
  };
}

answer_cache_state::~answer_cache_state() {
  for (auto& [key, e] : answers) caf::anon_send_exit(e.answer, caf::exit_reason::kill);
}

void answer_cache_state::drop_oldest() {
  auto oldest = by_turn.begin();
  auto found = answers.find(oldest->second);
  self->send_exit(found->second.answer, caf::exit_reason::user_shutdown);
  answers.erase(found);
  by_turn.erase(oldest);
}

void answer_cache_state::ask(const cache_request_ptr& r) {
  const auto& key = r->question->key();
  auto it = answers.find(key);
  if (it == answers.end()) {
    while (answers.size() >= options.most_answers) drop_oldest();
    it = answers.emplace(key, entry{self->spawn(cached_answer, r->question, options.outside->seed()), 0, {}}).first;
  } else {
    by_turn.erase(it->second.turn);
  }
  it->second.turn = ++turns;
  it->second.asked = self->clock().now();
  by_turn.emplace(turns, key);
  self->send(it->second.answer, watch_atom_v, local<cache_request_ptr>{r});
}

void answer_cache_state::drop_unused() {
  auto now = self->clock().now();
  while (!by_turn.empty() && now - answers.at(by_turn.begin()->second).asked >= options.keep) drop_oldest();
}

answer_cache_actor::behavior_type answer_cache(answer_cache_actor::stateful_pointer<answer_cache_state> self,
                                               answer_cache_options options) {
  auto& s = self->state;
  s.self = self;
  s.options = std::move(options);
  self->delayed_send(self, look_interval, wake_atom_v);
  return {
      [self](watch_atom, local<std::shared_ptr<cache_request>>& r) { self->state.ask(r.value); },
      [self](leave_atom, local<std::shared_ptr<cache_request>>& r) {
        auto it = self->state.answers.find(r.value->question->key());
        if (it != self->state.answers.end()) self->send(it->second.answer, leave_atom_v, r);
      },
      [self](wake_atom) {
        self->state.drop_unused();
        self->delayed_send(self, look_interval, wake_atom_v);
      },
  };
}

} // namespace praetor
