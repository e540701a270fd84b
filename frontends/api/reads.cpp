#include "frontends/api/reads.hpp"

#include "actors/ports.hpp"
#include "frontends/api/forwarding.hpp"
#include "frontends/api/route.hpp"
#include "protocol/base/trim.hpp"
#include "protocol/mutation.hpp"
#include "protocol/types/joined_key.hpp"
#include "storage/state/index_watch.hpp"

#include <algorithm>

namespace praetor::api {

namespace {

/// What `near` says for the agent that the client asked.
constexpr std::string_view asking_agent_itself = "_agent";
constexpr std::string_view cached_with_consistent = "Cannot specify ?cached with ?consistent, conflicting semantics.";
constexpr std::string_view stale_with_consistent = "Cannot specify ?stale with ?consistent, conflicting semantics.";

constexpr std::string_view blocking_backend = "blocking-query";

/// What the answer to a failed read says.
read_meta meta_of_error() {
  read_meta out;
  out.index = 1;
  out.known_leader = false;
  out.last_contact = nanoseconds{0};
  out.backend = blocking_backend;
  return out;
}

/// Waits for a change without asking the question again: the first time it hands out what an earlier evaluation read,
/// with the hash "same"; after that the hash is "changed".
class change_query final : public watched_query {
public:
  /// @param key of this wait alone
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
  // Only the one subscriber of this key evaluates.
  mutable state::watch_set read_;
  mutable bool handed_out_ = false;
  std::uint64_t history_;
};

/// One read under way.
struct pending_read : std::enable_shared_from_this<pending_read> {
  pending_read(call c, read_options options, read_style style, std::shared_ptr<const rendered_query> query)
      : c(std::move(c)), options(options), style(style), query(std::move(query)), deadline(this->c.wait_until) {}

  call c;
  read_options options;
  read_style style;
  std::shared_ptr<const rendered_query> query;
  steady_time deadline; ///< of the wait; zero: it has not begun

  void start();
  void ask_leader();
  void evaluate();
  void wait_for_news(const evaluation& known, state::watch_set read);
  void look_again();
  void reply(const evaluation& e);
  bool at_hand = false;
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
  auto& cache = c.env.cache();
  auto found = cache.find(query->key());
  bool costly = takes_long(c.req);
  if (costly && blocks) found = nullptr; // what it was made of has to be known
  at_hand = found != nullptr;
  if (!found && !c.ex->has_room()) return respond(c, too_many_answers());
  state::watch_set touched;
  if (!found) {
    state::index_watch index;
    found = query->evaluate(touched);
    if (!style.cheap) {
      auto holds = std::make_shared<state::trigger>();
      const auto& answer = *static_cast<const rendered_answer*>(found->rendered.get());
      bool moved = !mutated(mutation::cached_answer_outlives_its_index) && index.parts().subscribe(holds);
      if (!touched.subscribe(holds) && !moved)
        cache.insert(query->key(), found, holds, answer.body ? answer.body->size() : 0);
    }
  }
  if (!blocks || found->index > options.min_index) return reply(*found);
  if (costly) {
    if (!c.ex->begin_wait()) return respond(c, too_many_waits());
    return wait_for_news(*found, std::move(touched));
  }
  if (!c.ex->begin_wait()) return respond(c, too_many_waits());

  auto wait = std::make_shared<watch_request>();
  wait->query = query;
  wait->min_index = options.min_index;
  wait->history = found->history;
  if (deadline == steady_time{})
    deadline = c.env.now() + options.wait + (options.exact_wait ? nanoseconds{0} : c.env.jitter(options.wait / 16));
  wait->deadline = deadline;
  auto watches = c.env.handles()->watches;
  wait->done = [me = shared_from_this()](const evaluation_ptr& e) {
    // Null: this agent leads no more. Ask again, which waits for a leader.
    if (!e) return me->start();
    if (same_identity(me->c)) return me->reply(*e);
    auto again = me->c;
    again.wait_until = me->deadline;
    invoke(again);
  };
  c.ex->on_cancel([watches, weak = std::weak_ptr(wait)] {
    if (auto gone = weak.lock()) caf::anon_send(watches, leave_atom_v, local<std::shared_ptr<watch_request>>{gone});
  });
  caf::anon_send(watches, watch_atom_v, local<std::shared_ptr<watch_request>>{wait});
}

/// Waits as `evaluate` does, but the subscriber does not evaluate: it would hold up the actors' threads.
void pending_read::wait_for_news(const evaluation& known, state::watch_set read) {
  if (deadline == steady_time{})
    deadline = c.env.now() + options.wait + (options.exact_wait ? nanoseconds{0} : c.env.jitter(options.wait / 16));
  if (c.env.now() >= deadline) return reply(known);
  auto wait = std::make_shared<watch_request>();
  wait->query = std::make_shared<change_query>("read\x01" + c.env.outside().new_uuid(), std::move(read), known.history);
  wait->by_hash = true;
  wait->known_hash = "same";
  wait->history = known.history;
  wait->deadline = deadline;
  wait->done = [me = shared_from_this()](const evaluation_ptr& e) {
    auto next = [me, leads = e != nullptr] { leads ? me->look_again() : me->start(); };
    if (!me->c.env.aside(me->c.req.remote_address, std::move(next))) respond(me->c, too_much_waits());
  };
  auto watches = c.env.handles()->watches;
  c.ex->on_cancel([watches, weak = std::weak_ptr(wait)] {
    if (auto gone = weak.lock()) caf::anon_send(watches, leave_atom_v, local<std::shared_ptr<watch_request>>{gone});
  });
  caf::anon_send(watches, watch_atom_v, local<std::shared_ptr<watch_request>>{std::move(wait)});
}

void pending_read::look_again() {
  if (same_identity(c)) return evaluate();
  auto again = c;
  again.wait_until = deadline;
  invoke(again);
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
  if (options.cached && style.cacheable) a.lines = at_hand ? "X-Cache: HIT\r\nAge: 0\r\n" : "X-Cache: MISS\r\n";
  respond(c, std::move(a));
}

expected<nanoseconds> parse_wait(const call& c, const config::runtime_config& config) {
  auto* text = c.req.query.find("wait");
  nanoseconds wait{0};
  if (text && !text->empty()) {
    auto parsed = duration_from_text(*text);
    if (!parsed.value) return fail("Invalid wait time", 400);
    wait = *parsed.value;
  }
  if (wait.count() <= 0) wait = config.default_query_time;
  return std::min(wait, config.max_query_time);
}

/// How old an answer may be that names no consistency: what the agent that was asked is configured to.
nanoseconds discovery_max_stale(const call& c) {
  std::string_view path = c.req.path;
  if (!path.starts_with("/v1/catalog/") && !path.starts_with("/v1/health/")) return nanoseconds{0};
  return c.req.via ? c.req.via->requester.discovery_max_stale : c.env.config()->discovery_max_stale;
}

/// `wait` and `index`.
expected<void> parse_waiting(const call& c, const config::runtime_config& config, read_options& out) {
  auto wait = parse_wait(c, config);
  if (!wait) return tl::unexpected(wait.error());
  out.wait = *wait;
  if (c.req.via && c.req.via->requester.wait_left) {
    out.wait = *c.req.via->requester.wait_left;
    out.exact_wait = true;
  }
  if (auto* text = c.req.query.find("index"); text && !text->empty()) {
    auto index = parse_uint(*text);
    if (!index) return fail("Invalid index", 400);
    out.min_index = *index;
  }
  return {};
}

/// The consistency mode and what goes with it.
expected<void> parse_consistency(const call& c, const config::runtime_config& config, read_options& out) {
  const auto& query = c.req.query;
  bool stale = query.has("stale"), consistent = query.has("consistent");
  out.cached = query.has("cached") && config.http.use_cache;
  if (auto* text = query.find("max_stale"); text && !text->empty()) {
    auto parsed = duration_from_text(*text);
    if (!parsed.value) return fail("Invalid max_stale value " + praetor::quoted(*text), 400);
    out.max_stale = *parsed.value;
    stale |= out.max_stale.count() > 0;
  }
  if (stale && consistent) return fail(std::string(stale_with_consistent), 400);
  if (out.cached && consistent) return fail(std::string(cached_with_consistent), 400);
  if (!stale && !consistent && !query.has("leader")) {
    out.max_stale = discovery_max_stale(c);
    stale = out.max_stale.count() > 0;
  }
  if (stale) out.mode = consistency::stale;
  if (consistent) out.mode = consistency::consistent;
  if (auto* header = c.req.header("cache-control"); header && !parse_cache_control(*header))
    return fail("Invalid Cache-Control header.", 400);
  return {};
}

expected<read_options> parse_read_options(const call& c) {
  auto config = c.env.config();
  read_options out;
  if (const auto* form = c.matched->reads(); form && form->only_stale) {
    if (c.req.query.has("stale")) out.mode = consistency::stale;
    return out;
  }
  // What an agent answers of its own has no consistency to choose.
  if (c.matched->answered_by != answerer::agent)
    if (auto good = parse_consistency(c, *config, out); !good) return tl::unexpected(good.error());
  if (auto good = parse_waiting(c, *config, out); !good) return tl::unexpected(good.error());
  return out;
}

} // namespace

bool takes_long(const request& req) {
  constexpr std::size_t quick = 64; // parameters
  if (req.query.items().size() > quick) return true;
  auto* text = req.query.find("filter");
  return text && filter::is_costly(*text);
}

answer too_much_waits() {
  return text_answer(429, "Too many requests with large filters or bodies wait to be answered: try again later or "
                          "against a different server");
}

bool says_how(std::string_view parameter) {
  for (std::string_view one :
       {"index", "wait", "stale", "consistent", "leader", "token", "cached", "max_stale", "hash"})
    if (parameter == one) return true;
  return false;
}

std::string question_key(const call& c) {
  joined_key key;
  key.reserve(c.req.path.size() + c.req.raw_query.size() + 96);
  key.add(c.req.path).add(c.who->id()).add(layout_of(c).key());
  bool near_asker = false;
  for (const auto& [name, value] : c.req.query.items()) {
    if (says_how(name)) continue;
    key.add(name).add(value);
    near_asker |= name == "near" && value == asking_agent_itself;
  }
  // Such an answer is sorted for the agent that the client asked.
  if (near_asker) key.add(asked_node(c));
  return std::move(key).text();
}

bool streams_entries(const call& c) {
  return c.env.config()->use_streaming_backend && !c.req.query.has("near") && !c.req.query.has("merge-central-config");
}

std::string_view text_of(consistency mode) {
  switch (mode) {
  case consistency::stale: return "stale";
  case consistency::consistent: return "consistent";
  case consistency::leader: break;
  }
  return "leader";
}

read_meta meta_of(const read_options& options, const read_source& from) {
  read_meta out;
  if (from.shows_consistency) out.consistency = text_of(options.mode);
  out.index = from.index;
  out.known_leader = from.known_leader && !from.streamed;
  out.last_contact = from.contact;
  out.backend = from.streamed ? "streaming" : blocking_backend;
  return out;
}

std::optional<cache_control> parse_cache_control(std::string_view header) {
  cache_control out;
  for (std::size_t start = 0; start <= header.size();) {
    auto end = std::min(header.find(',', start), header.size());
    auto one = lower_case(trimmed(header.substr(start, end - start), blanks));
    start = end + 1;
    auto equals = one.find('=');
    auto name = one.substr(0, equals);
    if (one == "must-revalidate") out.max_age = nanoseconds{0};
    if (equals == one.npos || (name != "max-age" && name != "stale-if-error")) continue;
    auto seconds = parse_int(std::string_view(one).substr(equals + 1));
    if (!seconds) return {};
    // A year is for ever, and fits.
    nanoseconds age = std::chrono::seconds(std::clamp<std::int64_t>(*seconds, 0, 31'536'000));
    if (name == "stale-if-error")
      out.stale_if_error = age;
    else if (*seconds >= 0) // a negative one says nothing
      out.max_age = age;
  }
  return out;
}

bool asks_for_stale(const call& c) {
  auto options = read_options_of(c);
  return options && options->mode == consistency::stale;
}

expected<read_options> read_options_of(const call& c) { return c.options ? *c.options : parse_read_options(c); }

std::string near_of(const call& c) {
  auto near = c.req.query.get("near");
  return near == asking_agent_itself ? asked_node(c) : near;
}

string_map node_meta_of(const request& req) {
  string_map out;
  for (const auto& pair : req.query.all("node-meta")) {
    auto colon = pair.find(':');
    if (colon == pair.npos)
      out[pair] = "";
    else
      out[pair.substr(0, colon)] = pair.substr(colon + 1);
  }
  return out;
}

answer read_error_answer(const error& e) {
  auto a = error_answer(e);
  if (e.status != 400) a.meta = meta_of_error();
  return a;
}

void respond_read_error(const call& c, const error& e) { respond(c, read_error_answer(e)); }

answer refusal(const call& c, const error& why) {
  const auto* form = c.matched->reads();
  return !form || form->bare_errors ? error_answer(why) : read_error_answer(why);
}

evaluation_ptr rendered_query::evaluate_with(state::watch_set* touched) const {
  auto store = env_.state();
  auto result = answer_from(*store, touched);
  auto out = std::make_shared<evaluation>();
  out->index = std::max<std::uint64_t>(result.index, 1);
  out->not_found = result.missing;
  out->history = store->history();
  out->rendered = std::make_shared<const rendered_answer>(std::move(result.answer));
  return out;
}

void answer_read(const call& c, const read_options& options, read_style style,
                 std::shared_ptr<const rendered_query> query) {
  std::make_shared<pending_read>(c, options, style, std::move(query))->start();
}

} // namespace praetor::api
