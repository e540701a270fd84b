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
  std::string_view rest;             ///< of the path behind the route's own, for subtrees
  acl::authorizer_ptr who;           ///< who asks; until that is known, somebody who may do nothing
  shared_bytes common_lines;         ///< what the configuration wants on every answer
  metrics::series* timing = nullptr; ///< counts how long the answer took since `started`
  steady_time started = {};
  const route* matched = nullptr; ///< the row that answers
  std::string token = {};         ///< that the request is made with, the agent's default one included; "" without ACLs
  steady_time wait_until = {};    ///< of a blocking query that waits already
  std::optional<expected<read_options>> options = {}; ///< of a route that takes them, once they are parsed
  destination to = {};                                ///< whose answer it takes
  next_hop hop = next_hop::here;                      ///< where it goes from here
  bool identified = false;                            ///< `who` is known, or nobody asks for it
  std::size_t passed = 0;                             ///< how many of the route's checks
  parsed_body body = {};                              ///< as the route reads it; see body_of

  bool is(std::string_view method) const { return req.method == method; }
};

/// "application/json" and the like: literals, so that answers can hold views of them.
inline constexpr std::string_view json_type = "application/json";
inline constexpr std::string_view text_type = "text/plain; charset=utf-8";

/// The body of a route with `reads_body`. An endpoint may take it over: it is read anew for each time that one is
/// asked.
template <class T>
T& body_of(const call& c) {
  PRAETOR_ASSERT(c.body.type && *c.body.type == typeid(T)); // the row and its endpoint must agree
  return *static_cast<T*>(c.body.value.get());
}

answer text_answer(unsigned status, std::string text);
inline answer error_answer(const error& e) { return text_answer(static_cast<unsigned>(e.status), e.text); }
answer empty_answer(unsigned status = 200);
/// 429 to a client of which more requests wait for news than its share (exchange::begin_wait).
answer too_many_waits();
/// 503 while clients have not taken as many answers as there is memory for (exchange::has_room).
answer too_many_answers();

/// The only way out: answers carry what the configuration adds to all of them.
void respond(const call& c, answer a);
void respond_error(const call& c, std::string text, unsigned status = 500);
/// Responds without a body, or with the error, when it is called.
done_callback answer_done(const call& c);
/// The answer as `respond` sends it, counted and logged.
answer finished(const call& c, answer a);
/// The same for an answer whose body comes in pieces; null where none can be sent.
std::shared_ptr<body_stream> respond_stream(const call& c, answer head);

/// How JSON is laid out for a request: `?pretty` gives four spaces and a newline at the end, development agents always
/// indent.
struct layout {
  bool indent = false;
  bool newline = false;

  /// Differs between layouts: a part of the keys of rendered answers.
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

/// Hears the result of a write. Runs where the answer is sent from (exchange::make_answer).
using result_handler = std::function<void(const call&, const state::apply_result&)>;
/// Proposes a command; `done` runs with its result, whatever it is.
void propose_any(const call& c, expected<log_command> command, result_handler done);
/// Likewise, and counts it; `done` runs unless the command failed, which is answered with the error's text.
void propose(const call& c, expected<log_command> command, result_handler done);

/// A request body that names its datacenter: filled in where the client leaves it out. One without a path is refused,
/// and another one than the request's, because the request has come to where it is answered.
template <class Body>
expected<Body> with_datacenter(const call& c, expected<Body> body) {
  if (!body) return body;
  if (body->datacenter.empty()) body->datacenter = c.to.datacenter;
  if (c.hop == next_hop::none || body->datacenter != c.to.datacenter) return tl::unexpected(no_path());
  return body;
}

/// The name of the node whose agent the client asked.
std::string asked_node(const call& c);

/// Resolves the caller's token and goes on with `next`; a token that is rejected is answered.
void authenticate(const call& c, std::function<void(const call&)> next);
/// Carries out all of the route's checks and asks the endpoint.
void invoke(call c);
/// Whether the token still resolves to the identity that `c` was authorized with.
bool same_identity(const call& c);

/// The token that the request carries (parameter, header, bearer), or "".
std::string token_of(const request& req);

} // namespace praetor::api
