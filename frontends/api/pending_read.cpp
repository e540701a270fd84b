#include "actors/ports.hpp"
#include "frontends/api/forwarding.hpp"
#include "frontends/api/reads.hpp"
#include "protocol/mutation.hpp"
#include "storage/state/index_watch.hpp"

namespace praetor::api {

namespace {

/// Waits for a change without evaluating the query again. The first evaluation returns the watch set of an earlier one,
/// with the hash "same"; later ones have the hash "changed".
class change_query final : public watched_query {
public:
  /// @param key unique to this wait
  change_query(std::string key, state::watch_set read, std::uint64_t history)
      : key_(std::move(key)), read_(std::move(read)), history_(history) {}
  const std::string& key() const override { return key_; }

  evaluation_ptr evaluate(state::watch_set& touched) const override {
    auto out = std::make_shared<evaluation>();
    out->history = history_;
    out->hash = std::exchange(handed_out_, true) ? "changed" : "same";
    touched = std::exchange(read_, state::watch_set());
    return out;
  }

private:
  std::string key_;
  // Not guarded: only the subscriber of this key evaluates.
  mutable state::watch_set read_;
  mutable bool handed_out_ = false;
  std::uint64_t history_;
};

/// A read that has not been answered yet.
struct pending_read : std::enable_shared_from_this<pending_read> {
  pending_read(call c, read_options options, read_style style, std::shared_ptr<const rendered_query> query)
      : c(std::move(c)), options(options), style(style), query(std::move(query)), deadline(this->c.wait_until) {}

  call c;
  read_options options;
  read_style style;
  std::shared_ptr<const rendered_query> query;
  steady_time deadline; ///< of the wait; zero: not started

  void start();
  void ask_leader();
  void evaluate();
  evaluation_ptr evaluate_and_cache(state::watch_set& touched);
  void wait(const evaluation& known);
  void wait_without_evaluation(const evaluation& known, state::watch_set read);
  void authorize_again();
  void reply(const evaluation& e);
  bool cache_hit = false;
};

void pending_read::start() {
  auto& leader = c.env.view().leader;
  bool at_once =
      options.mode == consistency::stale || (options.mode == consistency::leader && leader.leads(c.env.now()));
  if (at_once || mutated(mutation::stale_answer_marked_consistent)) return evaluate();
  if (!leader.get()->is_leader) return ask_leader();
  c.env.handles()->writes.read([me = shared_from_this()](const error* failed) {
    if (!failed) return me->evaluate();
    if (!me->c.env.view().leader.get()->is_leader) return me->ask_leader();
    respond_read_error(me->c, *failed);
  });
}

void pending_read::ask_leader() {
  c.wait_until = deadline;
  forward(c);
}

void pending_read::evaluate() {
  bool blocks = options.min_index > 0;
  if (style.cheap && !blocks) return reply(*query->evaluate_with(nullptr));
  auto found = c.env.cache().find(query->key());
  bool costly = takes_long(c.req);
  if (costly && blocks) found = nullptr; // its watch set is not cached
  cache_hit = found != nullptr;
  if (!found && !c.ex->has_room()) return respond(c, too_many_answers());
  state::watch_set touched;
  if (!found) found = evaluate_and_cache(touched);
  if (!blocks || found->index > options.min_index) return reply(*found);
  if (!c.ex->begin_wait()) return respond(c, too_many_waits());
  if (deadline == steady_time{}) deadline = wait_deadline(c, options);
  costly ? wait_without_evaluation(*found, std::move(touched)) : wait(*found);
}

evaluation_ptr pending_read::evaluate_and_cache(state::watch_set& touched) {
  state::index_watch index;
  auto found = query->evaluate(touched);
  if (style.cheap) return found;
  auto validity = std::make_shared<state::trigger>();
  const auto& answer = *static_cast<const rendered_answer*>(found->rendered.get());
  bool moved = !mutated(mutation::cached_answer_outlives_its_index) && index.parts().subscribe(validity);
  if (!touched.subscribe(validity) && !moved)
    c.env.cache().insert(query->key(), found, validity, answer.body ? answer.body->size() : 0);
  return found;
}

void pending_read::wait(const evaluation& known) {
  auto wait = std::make_shared<watch_request>();
  wait->query = query;
  wait->min_index = options.min_index;
  wait->history = known.history;
  wait->deadline = deadline;
  wait->done = [me = shared_from_this()](const evaluation_ptr& e) {
    // Null: this agent no longer leads. Starting again waits for a leader.
    if (!e) return me->start();
    if (same_identity(me->c)) return me->reply(*e);
    me->authorize_again();
  };
  wait_for(c, std::move(wait));
}

/// Waits like `wait`, but the query is evaluated on the work lane: the subscriber would delay the actors' threads.
void pending_read::wait_without_evaluation(const evaluation& known, state::watch_set read) {
  if (c.env.now() >= deadline) return reply(known);
  auto wait = std::make_shared<watch_request>();
  wait->query = std::make_shared<change_query>("read\x01" + c.env.outside().new_uuid(), std::move(read), known.history);
  wait->by_hash = true;
  wait->known_hash = "same";
  wait->history = known.history;
  wait->deadline = deadline;
  wait->done = [me = shared_from_this()](const evaluation_ptr& e) {
    auto next = [me, leads = e != nullptr] {
      if (!leads) return me->start();
      if (same_identity(me->c)) return me->evaluate();
      me->authorize_again();
    };
    if (!me->c.env.run_on_work_lane(me->c.req.remote_address, std::move(next))) respond(me->c, work_lane_full());
  };
  wait_for(c, std::move(wait));
}

void pending_read::authorize_again() {
  auto again = c;
  again.wait_until = deadline;
  invoke(std::move(again));
}

void pending_read::reply(const evaluation& e) {
  const auto& rendered = *static_cast<const rendered_answer*>(e.rendered.get());
  answer a;
  a.status = rendered.status;
  a.content_type = rendered.content_type;
  a.body = rendered.body;
  a.headers = rendered.headers;
  if (rendered.head == read_head::of_error) a.meta = meta_of_error();
  if (rendered.head != read_head::whole) return respond(c, std::move(a));
  auto& leader = c.env.view().leader;
  auto known = leader.get();
  nanoseconds contact{0};
  if (!known->is_leader)
    contact = std::chrono::duration_cast<std::chrono::milliseconds>(c.env.now() - leader.last_contact());
  if (options.max_stale.count() > 0 && contact > options.max_stale) {
    options.mode = consistency::leader;
    options.max_stale = nanoseconds{0};
    return start();
  }
  bool streamed = style.streaming && (options.min_index > 0 || options.cached);
  a.meta = meta_of(options, {style.shows_consistency, e.index, !known->leader_id.empty(), contact, streamed});
  a.meta.filtered = rendered.filtered && !c.token.empty();
  if (options.cached && style.cacheable) a.lines = cache_hit ? "X-Cache: HIT\r\nAge: 0\r\n" : "X-Cache: MISS\r\n";
  respond(c, std::move(a));
}

} // namespace

void wait_for(const call& c, watch_request_ptr wait) {
  auto watches = c.env.handles()->watches;
  c.ex->on_cancel([watches, weak = std::weak_ptr(wait)] {
    if (auto gone = weak.lock()) caf::anon_send(watches, leave_atom_v, local<watch_request_ptr>{gone});
  });
  caf::anon_send(watches, watch_atom_v, local<watch_request_ptr>{std::move(wait)});
}

void answer_read(const call& c, const read_options& options, read_style style,
                 std::shared_ptr<const rendered_query> query) {
  std::make_shared<pending_read>(c, options, style, std::move(query))->start();
}

} // namespace praetor::api
