#pragma once

#include "actors/rpc/destination.hpp"
#include "frontends/api/environment.hpp"
#include "frontends/api/read_options.hpp"
#include "frontends/api/route_check.hpp"
#include "protocol/base/go_bool.hpp"
#include "protocol/codec/json_write.hpp"

#include <string>
#include <string_view>

namespace praetor::api {

struct route;

/// One request on its way through an endpoint.
struct call {
  environment& env;
  exchange_ptr ex;
  const request& req;
  std::string_view rest;             ///< of the path after the route's own, for subtrees
  acl::authorizer_ptr who;           ///< the caller's permissions; denies everything until the token is resolved
  shared_bytes common_lines;         ///< header lines that the configuration adds to every answer
  metrics::series* timing = nullptr; ///< receives the time from `started` to the answer
  steady_time started = {};
  const route* matched = nullptr; ///< the route's row
  std::string token = {};         ///< of the request, or else the agent's default one; "" without ACLs
  steady_time wait_until = {};    ///< the deadline of a blocking query that already waits
  std::optional<expected<read_options>> options = {}; ///< of a route with read options, once parsed
  destination to = {};                                ///< which agent has to answer
  next_hop hop = next_hop::here;                      ///< where this agent sends it
  bool identified = false;                            ///< the token is resolved, or does not matter
  std::size_t passed = 0;                             ///< the number of passed checks of the route
  parsed_body body = {};                              ///< as decoded by the route; see body_of

  bool is(std::string_view method) const { return req.method == method; }
};

/// "application/json" and the like: literals, so that answers can hold views of them.
inline constexpr std::string_view json_type = "application/json";
inline constexpr std::string_view text_type = "text/plain; charset=utf-8";

/// The body of a route with `reads_body`. An endpoint may move from it: the body is decoded again for each invocation.
template <class T>
T& body_of(const call& c) {
  PRAETOR_ASSERT(c.body.type && *c.body.type == typeid(T)); // the row and its endpoint must agree
  return *static_cast<T*>(c.body.value.get());
}

answer text_answer(unsigned status, std::string text);
inline answer error_answer(const error& e) { return text_answer(static_cast<unsigned>(e.status), e.text); }
answer empty_answer(unsigned status = 200);
/// 429 for a client with more blocking queries than its share (exchange::begin_wait).
answer too_many_waits();
/// 503 while unsent answers take up all the memory reserved for them (exchange::has_room).
answer too_many_answers();

/// Sends the answer with the header lines that the configuration adds. All answers pass through here.
void respond(const call& c, answer a);
void respond_error(const call& c, std::string text, unsigned status = 500);
/// A callback that responds without a body, or with the error.
done_callback answer_done(const call& c);
/// The answer as `respond` sends it; counts and logs it.
answer finished(const call& c, answer a);
/// The same for an answer whose body is streamed; null if the exchange cannot stream.
std::shared_ptr<body_stream> respond_stream(const call& c, answer head);

/// The layout of a request's JSON: `?pretty` indents by four spaces and ends with a newline; development agents always
/// indent.
struct layout {
  bool indent = false;
  bool newline = false;

  /// Identifies the layout in the keys of rendered answers.
  std::string_view key() const { return indent ? (newline ? "in" : "i") : (newline ? "n" : ""); }
};
layout layout_of(const call& c);
shared_bytes laid_out(layout how, std::string compact);

template <class T>
shared_bytes to_json(layout how, const T& value) {
  std::string out;
  json::write(out, value);
  return laid_out(how, std::move(out));
}

template <class T>
answer json_answer(const call& c, const T& value, unsigned status = 200) {
  answer a;
  a.status = status;
  a.content_type = json_type;
  a.body = to_json(layout_of(c), value);
  return a;
}

/// Go's strconv.ParseUint(text, 10, 64), with its error text.
expected<std::uint64_t> parse_uint(std::string_view text);
/// Go's strconv.Atoi, with its error text.
expected<std::int64_t> parse_int(std::string_view text);

/// Receives the result of a write. Runs on the thread that sends the answer (exchange::make_answer).
using result_handler = std::function<void(const call&, const state::apply_result&)>;
/// Proposes a command; `done` receives its result, success or failure.
void propose_any(const call& c, expected<log_command> command, result_handler done);
/// The same, and counts it. A failure is answered with its text; only a success calls `done`.
void propose(const call& c, expected<log_command> command, result_handler done);

/// Fills in the datacenter of a request body if the client omits it. Rejects a datacenter without a path, and one that
/// differs from the request's, because the request has already reached the agent that answers it.
template <class Body>
expected<Body> with_datacenter(const call& c, expected<Body> body) {
  if (!body) return body;
  if (body->datacenter.empty()) body->datacenter = c.to.datacenter;
  if (c.hop == next_hop::none || body->datacenter != c.to.datacenter) return tl::unexpected(no_path());
  return body;
}

/// The name of the node whose agent the client asked.
std::string asked_node(const call& c);

/// Resolves the caller's token and calls `next`; responds with the error if the token is rejected.
void authenticate(const call& c, std::function<void(const call&)> next);
/// Carries out all checks of the route, and calls its endpoint.
void invoke(call c);
/// Whether the token still resolves to the identity that `c` was authorized with.
bool same_identity(const call& c);

/// The token of the request (parameter, header, bearer), or "".
std::string token_of(const request& req);

} // namespace praetor::api
