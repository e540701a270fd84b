#pragma once

#include "actors/queries/query.hpp"
#include "actors/watches/watch.hpp"
#include "frontends/api/call.hpp"
#include "protocol/filter/row_filter.hpp"

#include <memory>
#include <optional>
#include <string>

namespace praetor::api {

/// dc, index, wait, stale, consistent, cached and what goes with them. Parsed at most once where the dispatcher has
/// kept them in the call.
expected<read_options> read_options_of(const call& c);
/// "leader", "stale" or "consistent".
std::string_view text_of(consistency mode);
/// What a Cache-Control header says of kept answers.
struct cache_control {
  std::optional<nanoseconds> max_age; ///< 0: none that is kept
  nanoseconds stale_if_error{0};
};
/// Nothing if a number in it is none.
std::optional<cache_control> parse_cache_control(std::string_view header);
/// Whether the request takes what any server knows.
bool asks_for_stale(const call& c);
/// Same key, same question: the request without the parameters that say how to answer it, and who asks.
std::string question_key(const call& c);
/// Whether a parameter says how to answer, not what: requests that differ only in those share a question.
bool says_how(std::string_view parameter);
/// Whether a service's entries are said to come from the streaming backend, if they are waited for or cached.
bool streams_entries(const call& c);
/// How an answer about the state came to be.
struct read_source {
  bool shows_consistency = false;
  std::uint64_t index = 1;
  bool known_leader = false;
  nanoseconds contact{0}; ///< how old the state is
  bool streamed = false;  ///< it is said to come from the streaming backend
};
/// What such an answer says of its read.
read_meta meta_of(const read_options& options, const read_source& from);
/// The `node-meta` parameters.
string_map node_meta_of(const request& req);

/// Which members of its read_meta an answer has.
enum class read_head : std::uint8_t {
  whole,
  of_error, ///< those of a read that failed
  none,     ///< it shows no index
};

/// An answer without what differs from reply to reply (index and contact).
struct rendered_answer {
  unsigned status = 200;
  std::string_view content_type = json_type;
  shared_bytes body;
  std::vector<std::pair<std::string, std::string>> headers;
  read_head head = read_head::whole;
  bool filtered = false; ///< something was removed that the token may not see
};

/// How a client is shown the value of its query.
struct showing {
  const environment& env;
  layout how;
  std::string_view form; ///< read_style::form
};
/// Makes an answer of the value of a query. Whether something was filtered is said for all queries alike.
template <class Query>
using renderer = rendered_answer (*)(const showing&, const Query&, const queries::found<Query>&);

/// The value as JSON.
template <class Query>
rendered_answer as_json(const showing& to, const Query&, const queries::found<Query>& f) {
  rendered_answer out;
  out.body = to_json(to.how, f.value);
  return out;
}

/// What a client asks of the state, with the answer rendered. Asked again, from any thread, whenever what it read has
/// changed, also when the request is long gone.
class rendered_query : public watched_query {
public:
  /// @param key tells it from other questions; only needed if its answer is kept or waited for
  rendered_query(environment& env, std::string key) : env_(env), key_(std::move(key)) {}
  const std::string& key() const override { return key_; }
  evaluation_ptr evaluate(state::watch_set& touched) const override { return evaluate_with(&touched); }
  /// @param touched null: what the answer depends on is not gathered
  evaluation_ptr evaluate_with(state::watch_set* touched) const;

protected:
  struct outcome {
    std::uint64_t index = 1;
    bool missing = false;
    rendered_answer answer;
  };
  virtual outcome answer_from(const state::store& s, state::watch_set* watch) const = 0;
  const environment& env() const { return env_; }

private:
  environment& env_;
  std::string key_;
};

/// A query, for one caller and in one form.
template <queries::query Query>
class shown_query final : public rendered_query {
public:
  shown_query(const call& c, std::string key, Query q, std::string_view form, renderer<Query> render)
      : rendered_query(c.env, std::move(key)), query_(std::move(q)), who_(c.who), how_(layout_of(c)), form_(form),
        render_(render) {}

private:
  outcome answer_from(const state::store& s, state::watch_set* watch) const override {
    auto found = run(query_, s, *who_, watch);
    outcome out{found.index, found.missing, render_({env(), how_, form_}, query_, found)};
    out.answer.filtered = found.filtered;
    return out;
  }

  Query query_;
  acl::authorizer_ptr who_;
  layout how_;
  std::string_view form_;
  renderer<Query> render_;
};

/// How a family of endpoints answers reads.
struct read_style {
  bool shows_consistency = false; ///< X-Consul-Effective-Consistency
  bool streaming = false;         ///< blocking queries are said to come from the streaming backend
  bool cheap = false;             ///< quicker made than looked up, or soon out of date: not kept
  bool cacheable = false;         ///< says with ?cached whether the answer was at hand
  std::string_view form = {};     ///< tells apart what is made of the same query; outlives all requests
};

/// Same key, same bytes: a query, the caller's permissions and how the value is shown.
template <queries::query Query>
std::string rendered_key(const call& c, const Query& q, std::string_view form) {
  joined_key key;
  key.reserve(160);
  key.add(c.who->id()).add(layout_of(c).key()).add(form);
  queries::add_key(key, q);
  return std::move(key).text();
}

/// Answers a read: checks the consistency mode, takes a kept answer or makes one, waits if it has to.
void answer_read(const call& c, const read_options& options, read_style style,
                 std::shared_ptr<const rendered_query> query);

/// Answers with the value of a query.
template <queries::query Query>
void answer_query(const call& c, const read_options& options, read_style style, Query q,
                  renderer<Query> render = as_json<Query>) {
  style.cheap |= !queries::can_be_kept(q);
  bool has_key = !style.cheap || options.min_index > 0;
  auto key = has_key ? rendered_key(c, q, style.form) : std::string();
  answer_read(c, options, style,
              std::make_shared<shown_query<Query>>(c, std::move(key), std::move(q), style.form, render));
}
/// The same with the options of the request, for routes that take them.
template <queries::query Query>
void answer_query(const call& c, read_style style, Query q, renderer<Query> render = as_json<Query>) {
  answer_query(c, *read_options_of(c), style, std::move(q), render);
}

/// Whether the request's parameters may make its endpoint take longer than an I/O thread has for one request: a costly
/// filter, or more parameters than a client needs, each of which may be compared with each row.
bool takes_long(const request& req);
/// 429: too much waits to be done aside.
answer too_much_waits();

/// Compiles the `filter` parameter for a type of rows.
template <class Row>
expected<filter::row_filter<Row>> filter_of(const request& req) {
  return filter::row_filter<Row>::compile(req.query.get("filter"));
}
/// The node from which the `near` parameter has rows sorted by distance; "" if it is not given.
std::string near_of(const call& c);

/// An error of a read, with the headers that clients expect of one.
answer read_error_answer(const error& e);
void respond_read_error(const call& c, const error& e);
/// A refusal in the form of the route: of a read with the header lines of one, unless its errors are bare.
answer refusal(const call& c, const error& why);

} // namespace praetor::api
