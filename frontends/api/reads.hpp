#pragma once

#include "frontends/api/call.hpp"
#include "protocol/filter/filter.hpp"
#include "storage/state/queries_coordinates.hpp"

#include <functional>
#include <optional>
#include <string>

namespace praetor::api {

/// dc, index, wait, stale, consistent, cached and what goes with them. Parsed at most once where the dispatcher has
/// kept them in the call.
expected<read_options> read_options_of(const call& c);
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
/// The header lines of an answer about the state.
/// @param contact how old the state is that it was made from
std::string read_lines(const read_options& options, bool shows_consistency, std::uint64_t index, bool known_leader,
                       std::chrono::milliseconds contact, bool streamed);
/// The `node-meta` parameters.
string_map node_meta_of(const request& req);

/// An answer without what differs from reply to reply (index and contact headers).
struct rendered_answer {
  unsigned status = 200;
  std::string_view content_type = json_type;
  shared_bytes body;
  std::vector<std::pair<std::string, std::string>> headers;
  bool filtered = false; ///< something was removed that the token may not see
  bool bare = false;     ///< without the headers of a read
};

/// What a query made of the state.
struct query_outcome {
  std::uint64_t index = 1;
  bool not_found = false;
  rendered_answer answer;
};
using query_function = std::function<query_outcome(const state::store&, state::watch_set*)>;

/// How a family of endpoints answers reads.
struct read_style {
  bool shows_consistency = false; ///< X-Consul-Effective-Consistency
  bool streaming = false;         ///< blocking queries are said to come from the streaming backend
  bool cheap = false;             ///< quicker made than looked up, or soon out of date: not kept
  bool cacheable = false;         ///< says with ?cached whether the answer was at hand
  bool names_mode = false;        ///< the body names the consistency mode: each mode has an answer of its own
};

/// Answers a read: checks the consistency mode, takes a kept answer or makes one, waits if it has to.
/// @param run evaluates and renders; used again whenever what it read has changed, from any thread and when the request
///        is long gone: it must own all it needs
void answer_read(const call& c, const read_options& options, read_style style, query_function run);
/// The same with the options of the request, for routes that take them.
inline void answer_read(const call& c, read_style style, query_function run) {
  answer_read(c, *read_options_of(c), style, std::move(run));
}

/// Renders a value as a query's outcome.
template <class T>
query_outcome outcome(layout how, std::uint64_t index, const T& value) {
  query_outcome out;
  out.index = index;
  out.answer.body = to_json(how, value);
  return out;
}

/// Whether the request's parameters may make its endpoint take longer than an I/O thread has for one request: a costly
/// filter, or more parameters than a client needs, each of which may be compared with each row.
bool takes_long(const request& req);
/// 429: too much waits to be done aside.
answer too_much_waits();

/// Compiles the `filter` parameter for a type; nothing if there is none.
template <class T>
expected<std::optional<filter::expression>> filter_of(const request& req) {
  auto* text = req.query.find("filter");
  if (!text || text->empty()) return std::optional<filter::expression>{};
  auto compiled = filter::compile<T>(*text);
  if (!compiled) return tl::unexpected(compiled.error());
  return std::optional(std::move(*compiled));
}

/// The order that the `near` parameter asks for: sorts rows by how far their nodes are. Such answers change without a
/// watched part changing, so they are not kept.
class near_order {
public:
  explicit near_order(const call& c);
  bool wanted() const { return !from_.empty(); }
  /// @param node_of names the node of a row
  template <class Row, class NodeOf>
  void apply(const state::store& s, std::vector<Row>& rows, NodeOf node_of) const {
    if (wanted()) state::nearness(s, from_).sort(rows, node_of);
  }

private:
  std::string from_;
};

/// An error of a read, with the headers that clients expect of one.
answer read_error_answer(const error& e);
void respond_read_error(const call& c, const error& e);
/// A refusal in the form of the route: of a read with the header lines of one, unless its errors are bare.
answer refusal(const call& c, const error& why);

} // namespace praetor::api
