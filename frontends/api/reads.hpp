#pragma once

#include "actors/queries/query.hpp"
#include "actors/watches/watch.hpp"
#include "frontends/api/call.hpp"
#include "protocol/filter/row_filter.hpp"

#include <memory>
#include <optional>
#include <string>

namespace praetor::api {

/// The read options of a request. For a route that takes them, the dispatcher has parsed them already.
expected<read_options> read_options_of(const call& c);
/// "leader", "stale" or "consistent".
std::string_view text_of(consistency mode);
/// The content of a Cache-Control header.
struct cache_control {
  std::optional<nanoseconds> max_age; ///< 0: no cached answer
  nanoseconds stale_if_error{0};
};
/// Nothing if a number is malformed.
std::optional<cache_control> parse_cache_control(std::string_view header);
/// What is wrong with the consistency mode of the request, if anything.
std::optional<std::string> fault_in_consistency(const call& c);
/// Whether any server may answer the request.
bool asks_for_stale(const call& c);
/// The end of a wait that begins now, with jitter so that clients do not return at the same moment.
steady_time wait_deadline(const call& c, const read_options& options);
/// Sends a wait to the watch actor, and cancels it if the client disconnects.
void wait_for(const call& c, watch_request_ptr wait);
/// Identifies a query: the request without its read options, and the caller's permissions.
std::string question_key(const call& c);
/// Whether a parameter only determines how to answer. Requests that differ only in those share a query.
bool is_read_option(std::string_view parameter);
/// Whether blocking and cached reads of a service's entries report the streaming backend.
bool streams_entries(const call& c);
/// The origin of an answer about the state.
struct read_source {
  bool shows_consistency = false;
  std::uint64_t index = 1;
  bool known_leader = false;
  nanoseconds contact{0}; ///< the age of the state
  bool streamed = false;  ///< reports the streaming backend
};
/// The metadata of such an answer.
read_meta meta_of(const read_options& options, const read_source& from);
/// The metadata of a failed read.
read_meta meta_of_error();
/// The `node-meta` parameters.
string_map node_meta_of(const request& req);

/// Which metadata an answer has.
enum class read_head : std::uint8_t {
  whole,
  of_error, ///< that of a failed read
  none,     ///< no index
};

/// An answer without the parts that differ between replies (index and contact).
struct rendered_answer {
  unsigned status = 200;
  std::string_view content_type = json_type;
  shared_bytes body;
  std::vector<std::pair<std::string, std::string>> headers;
  read_head head = read_head::whole;
  bool filtered = false; ///< rows that the token may not read were removed
};

/// The form in which the value of a query is rendered.
struct showing {
  const environment& env;
  layout how;
  std::string_view form; ///< read_style::form
};
/// Renders the value of a query. The caller sets `filtered`.
template <class Query>
using renderer = rendered_answer (*)(const showing&, const Query&, const queries::found<Query>&);

/// Renders the value as JSON.
template <class Query>
rendered_answer as_json(const showing& to, const Query&, const queries::found<Query>& f) {
  rendered_answer out;
  out.body = to_json(to.how, f.value);
  return out;
}

/// A client's query with a rendered answer. Evaluated again, on any thread, when the state that it read changes; it may
/// outlive the request.
class rendered_query : public watched_query {
public:
  /// @param key identifies the query; only needed if its answer is cached or it blocks
  rendered_query(environment& env, std::string key) : env_(env), key_(std::move(key)) {}
  const std::string& key() const override { return key_; }
  evaluation_ptr evaluate(state::watch_set& touched) const override { return evaluate_with(&touched); }
  /// @param touched receives the watch cells that the answer depends on; may be null
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

/// A query for one caller in one form.
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

/// How an endpoint answers reads.
struct read_style {
  bool shows_consistency = false; ///< X-Consul-Effective-Consistency
  bool streaming = false;         ///< blocking queries report the streaming backend
  bool cheap = false;             ///< not cached: cheaper to render than to look up, or soon outdated
  bool cacheable = false;         ///< reports a cache hit or miss for ?cached
  std::string_view form = {};     ///< distinguishes renderings of the same query; a literal
};

/// Equal keys mean equal bytes: the query, the caller's permissions and the form.
template <queries::query Query>
std::string rendered_key(const call& c, const Query& q, std::string_view form) {
  joined_key key;
  key.reserve(160);
  key.add(c.who->id()).add(layout_of(c).key()).add(form);
  queries::add_key(key, q);
  return std::move(key).text();
}

/// Answers a read: ensures its consistency, uses a cached answer or evaluates the query, and blocks if necessary.
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
/// The same with the options of the request.
template <queries::query Query>
void answer_query(const call& c, read_style style, Query q, renderer<Query> render = as_json<Query>) {
  answer_query(c, *read_options_of(c), style, std::move(q), render);
}

/// Whether the request may take too long for an I/O thread: a costly filter, or more parameters than clients need, each
/// of which may be compared with each row.
bool takes_long(const request& req);
/// 429: the queue of the work lane is full.
answer work_lane_full();

/// A refusal in the form of the route: with the headers of a read, unless its errors are bare.
answer refusal(const call& c, const error& why);

/// Compiles the `filter` parameter for a type of rows.
template <class Row>
expected<filter::row_filter<Row>> filter_of(const request& req) {
  return filter::row_filter<Row>::compile(req.query.get("filter"));
}
/// Rejects a malformed `filter` before the token is resolved, as Consul does. Leaves costly ones to the endpoint.
template <class Row>
std::optional<answer> bad_filter_of(const call& c) {
  auto* text = c.req.query.find("filter");
  if (!text || filter::is_costly(*text)) return {};
  auto compiled = filter_of<Row>(c.req);
  return compiled ? std::nullopt : std::optional(refusal(c, compiled.error()));
}
/// The node of the `near` parameter, by distance from which rows are sorted; "" if it is not given.
std::string near_of(const call& c);

/// The answer to a failed read, with the headers of a read.
answer read_error_answer(const error& e);
void respond_read_error(const call& c, const error& e);

} // namespace praetor::api
