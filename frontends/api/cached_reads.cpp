#include "frontends/api/cached_reads.hpp"

#include "actors/rpc/ask.hpp"
#include "actors/watches/answer_cache.hpp"
#include "frontends/api/forwarding.hpp"
#include "frontends/api/reads.hpp"
#include "protocol/types/joined_key.hpp"

namespace praetor::api {

namespace {

constexpr nanoseconds longest_wait = std::chrono::minutes(10);

fetched_answer fetched(expected<remote_answer> reply) {
  fetched_answer out;
  if (reply)
    out.answer = std::move(*reply);
  else
    out.failure = std::move(reply.error());
  return out;
}

/// A client's query without its read options. It outlives the frontends.
class remote_question final : public cached_question {
public:
  remote_question(const call& c, bool waits)
      : key_(joined_key{question_key(c), c.token.empty() ? token_of(c.req) : c.token}.text()), waits_(waits),
        datacenter_(c.to.datacenter), view_(c.env.shared_view()), request_(described(c)) {
    std::erase_if(request_.query,
                  [](const named_text& one) { return is_read_option(one.name) && one.name != "token"; });
    request_.raw_query.clear();
  }

  const std::string& key() const override { return key_; }
  bool waits() const override { return waits_; }

  std::function<void()> fetch(std::uint64_t index, std::function<void(fetched_answer)> done) const override {
    auto config = view_->settings.load();
    auto handles = view_->handles.load();
    auto asked = request_;
    nanoseconds wait{0};
    // Any server may answer: a blocking query is told of each change soon enough.
    if (waits_) asked.query.push_back({"stale", ""});
    if (index > 0) {
      wait = longest_wait;
      asked.query.push_back({"index", std::to_string(index)});
      asked.requester.wait_left = wait;
    }
    request_terms terms;
    terms.to = {.datacenter = datacenter_, .max_age = any_age, .hold = config->rpc_hold_timeout};
    terms.patience = wait + config->rpc.client_timeout;
    terms.here = [done] { done(fetched(fail("this agent leads now: ask again"))); };
    auto r = prepared<rpc_kind::request>(std::move(terms), std::move(asked),
                                         [done](expected<remote_answer> reply) { done(fetched(std::move(reply))); });
    auto router = handles->writes.router();
    ask(router, r);
    return cancelling(router, r);
  }

private:
  std::string key_;
  bool waits_;
  std::string datacenter_;
  agent_view_ptr view_;
  remote_request request_;
};

/// Copies the age limits of the Cache-Control header.
void read_freshness(const call& c, cache_request& r) {
  auto* header = c.req.header("cache-control");
  if (!header) return;
  auto control = parse_cache_control(*header);
  if (!control) return;
  r.max_age = control->max_age;
  r.stale_if_error = control->stale_if_error;
}

void respond_cached(const call& c, const read_options& options, const cached_reply& reply) {
  const auto& from = *reply.answer;
  if (from.failure) return respond_read_error(c, *from.failure);
  auto a = unpacked(from.answer);
  if (!from.good()) return respond(c, std::move(a));
  if (from.index() > 0) {
    bool streamed = c.matched->path.starts_with("/v1/health/") && streams_entries(c);
    a.meta = meta_of(options, {true, from.index(), reply.age.count() == 0, reply.age, streamed});
    a.meta.filtered = from.answer.meta.filtered;
  }
  if (!reply.hit)
    a.lines += "X-Cache: MISS\r\n";
  else
    a.lines +=
        "X-Cache: HIT\r\nAge: " + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(reply.age).count()) +
        "\r\n";
  respond(c, std::move(a));
}

} // namespace

bool takes_cached_answer(const call& c) {
  if (c.matched->cache_policy == caching::none || c.req.via || !c.env.handles()->answers) return false;
  auto options = read_options_of(c);
  return options && options->cached;
}

void answer_from_cache(const call& c) {
  auto options = *read_options_of(c);
  bool refreshed = c.matched->cache_policy == caching::refreshed;
  if (!c.ex->begin_wait()) return respond(c, too_many_waits());
  auto r = std::make_shared<cache_request>();
  r->question = std::make_shared<remote_question>(c, refreshed);
  if (refreshed) r->min_index = options.min_index;
  r->deadline = wait_deadline(c, options);
  read_freshness(c, *r);
  r->done = [c, options](const cached_reply& reply) { respond_cached(c, options, reply); };
  auto answers = c.env.handles()->answers;
  c.ex->on_cancel([answers, weak = std::weak_ptr(r)] {
    if (auto gone = weak.lock()) caf::anon_send(answers, leave_atom_v, local<cache_request_ptr>{gone});
  });
  caf::anon_send(answers, watch_atom_v, local<cache_request_ptr>{std::move(r)});
}

} // namespace praetor::api
