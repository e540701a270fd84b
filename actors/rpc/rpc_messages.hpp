#pragma once

#include "protocol/types/catalog.hpp"
#include "protocol/types/error.hpp"
#include "protocol/types/field.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace praetor {

class byte_pipe;
struct token_holder;
struct log_state;
namespace state {
struct apply_result;
}

/// The kinds of messages between processes (envelope::kind). Numbers are never reused, and below 256; 8 was an agent's
/// coordinate. Each has a row below, `declared<kind>`.
enum class rpc_kind : std::uint16_t {
  propose = 1,      ///< a command in log form; answer: state::apply_result
  refused = 2,      ///< answer only: rpc_refusal
  raft = 3,         ///< a one-way Raft message
  request = 4,      ///< a client's request: remote_request; answer: remote_answer
  cancel = 5,       ///< the client of a request has gone away: cancelled_request, one-way
  node_records = 6, ///< the catalog's records of a node: node_records_request; answer: node_records
  dns = 7,          ///< a DNS query, in the frontends' form
  log_state = 9,    ///< whether a server is part of a cluster; answer: log_state
  token = 10,       ///< the permissions of a secret; answer: token_holder
  pull = 11,        ///< requests more of an answer: stream_pull; answer: stream_piece
  push = 12,        ///< more of a request: stream_piece; the empty answer means that there is room
  streamed = 13,    ///< answer only: the beginning of the kind's own answer; the rest is to be pulled
};

/// Which peers may send a kind of envelope to a server.
enum class requester : std::uint8_t {
  nobody,            ///< the kind is only an answer
  any_agent,         ///< an agent of this datacenter
  server,            ///< a server of this datacenter
  configured_server, ///< a server of the Raft configuration, or one that is joining; the Raft machine makes the final
                     ///< check
};

/// Stands for an empty request or reply.
struct empty_body {};

/// Which requests of a kind may be sent again even if a server may have executed them.
template <class Request>
using repeatable_test = bool (*)(const Request&);
template <class Request>
inline constexpr repeatable_test<Request> no_request = [](const Request&) { return false; };
template <class Request>
inline constexpr repeatable_test<Request> every_request = [](const Request&) { return true; };

/// What is declared of a kind of envelope.
/// @tparam Request a string is sent unchanged, any other type as MessagePack
/// @tparam Reply likewise
template <class Request = empty_body, class Reply = empty_body>
struct rpc_declaration {
  using request = Request;
  using reply = Reply;

  std::string_view name; ///< in reports and in docs/security.md
  requester who = requester::nobody;
  bool answered = true; ///< false: a one-way message
  bool streams = false; ///< the request and its answer may continue as streams
  repeatable_test<Request> repeatable = no_request<Request>;
};

/// The row of a kind, a specialisation. A number without one does not compile (rpc_kinds.hpp).
struct undeclared {};
template <rpc_kind Kind>
inline constexpr undeclared declared{};

/// The bytes of a log_command, which the server checks before proposing it.
template <>
inline constexpr rpc_declaration<std::string, state::apply_result> declared<rpc_kind::propose>{
    .name = "propose", .who = requester::any_agent};
template <>
inline constexpr rpc_declaration<std::string> declared<rpc_kind::raft>{
    .name = "raft", .who = requester::configured_server, .answered = false};
/// Both in the frontends' own form, opaque to the router and gateway.
template <>
inline constexpr rpc_declaration<std::string, std::string> declared<rpc_kind::dns>{
    .name = "dns", .who = requester::any_agent, .repeatable = every_request<std::string>};
template <>
inline constexpr rpc_declaration<empty_body, log_state> declared<rpc_kind::log_state>{
    .name = "log_state", .who = requester::any_agent, .repeatable = every_request<empty_body>};
/// The request is the secret.
template <>
inline constexpr rpc_declaration<std::string, token_holder> declared<rpc_kind::token>{
    .name = "token", .who = requester::any_agent, .repeatable = every_request<std::string>};
template <>
inline constexpr rpc_declaration<> declared<rpc_kind::streamed>{.name = "streamed", .who = requester::nobody};

/// The content of envelopes of answered kinds.
struct rpc_request {
  std::uint64_t number = 0; ///< for cancellation by the sender
  std::uint32_t hops = 1;   ///< how many agents have forwarded it
  nanoseconds hold{0};      ///< how long it may wait for a leader
  std::string origin;       ///< the client that a server forwards it for: "": the server itself. Trusted from servers
                            ///< only
  bool streams = false;     ///< the sender pushes the rest of it as a stream
  std::string body;         ///< MessagePack, or the kind's own form

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Number"}, x.number);
    f(field{"Hops"}, x.hops);
    f(field{"Hold"}, x.hold);
    f(field{"Origin"}, x.origin);
    f(field{"Streams"}, x.streams);
    f(field{"Body"}, x.body);
  }
};

/// The maximal number of hops: the agent that the client contacted, and a server that did not lead.
inline constexpr std::uint32_t most_hops = 2;

/// Why there is no answer.
struct rpc_refusal {
  std::string text;
  std::int64_t status = 500;
  std::uint64_t code = 0;       ///< error_code as sent: read it through why()
  bool not_carried_out = false; ///< definitely not executed: may be retried, here or elsewhere

  rpc_refusal() = default;
  rpc_refusal(error why, bool not_carried_out)
      : text(std::move(why.text)), status(why.status), code(static_cast<std::uint64_t>(why.code)),
        not_carried_out(not_carried_out) {}
  /// A release without codes sends none: the status implies the code.
  error why() const { return {received_code(code, status), text, static_cast<int>(status)}; }

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Text"}, x.text);
    f(field{"Status"}, x.status);
    f(field{"Code", omit_empty}, x.code);
    f(field{"NotCarriedOut"}, x.not_carried_out);
  }
};
template <>
inline constexpr rpc_declaration<empty_body, rpc_refusal> declared<rpc_kind::refused>{.name = "refused",
                                                                                      .who = requester::nobody};

// Streams. Data too long for a message, or without a known end, follows its request or answer in pieces. The dialling
// side drives both directions, because a connection carries requests only that way: it pushes the rest of a request and
// pulls the rest of an answer. A push is answered once there is room for more, a pull once there are bytes. A stream
// has the number of its request, and is cancelled and ended with it.

/// Requests more of an answer.
struct stream_pull {
  std::uint64_t number = 0; ///< of the request
  std::uint64_t most = 0;   ///< bytes that the sender has room for; a server returns at most byte_pipe::piece

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Number"}, x.number);
    f(field{"Most"}, x.most);
  }
};

/// Bytes of a stream. Empty without `end`: nothing is available yet.
struct stream_piece {
  std::uint64_t number = 0; ///< of the request
  std::uint64_t offset = 0; ///< bytes of the stream before these
  std::string bytes;
  bool end = false;        ///< the last piece of the stream
  std::string failed;      ///< why the rest can't be sent; "": no error
  std::int64_t status = 0; ///< of `failed`, like the next member
  std::uint64_t code = 0;  ///< error_code

  void fail(const error& why) {
    failed = why.text.empty() ? "the rest of the stream can't be had" : why.text;
    status = why.status;
    code = static_cast<std::uint64_t>(why.code);
  }
  /// The error, if `failed` is set.
  error why() const { return {received_code(code, status), failed, static_cast<int>(status)}; }

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Number"}, x.number);
    f(field{"Offset"}, x.offset);
    f(field{"Bytes"}, x.bytes);
    f(field{"End"}, x.end);
    f(field{"Failed"}, x.failed);
    f(field{"Status"}, x.status);
    f(field{"Code", omit_empty}, x.code);
  }
};
template <>
inline constexpr rpc_declaration<stream_pull, stream_piece> declared<rpc_kind::pull>{.name = "pull",
                                                                                     .who = requester::any_agent};
template <>
inline constexpr rpc_declaration<stream_piece> declared<rpc_kind::push>{.name = "push", .who = requester::any_agent};

struct cancelled_request {
  std::uint64_t number = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Number"}, x.number);
  }
};
template <>
inline constexpr rpc_declaration<cancelled_request> declared<rpc_kind::cancel>{
    .name = "cancel", .who = requester::any_agent, .answered = false};

/// A header field or a query parameter.
struct named_text {
  std::string name, value;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Name"}, x.name);
    f(field{"Value"}, x.value);
  }
};

/// What the contacted agent adds to a forwarded request, so that the answer equals its own.
struct asking_agent {
  std::string node;                     ///< its name
  bool indents = false;                 ///< it pretty-prints JSON
  nanoseconds discovery_max_stale{0};   ///< from its configuration
  std::optional<nanoseconds> wait_left; ///< of a blocking query that has already waited

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Node"}, x.node);
    f(field{"Indents"}, x.indents);
    f(field{"DiscoveryMaxStale"}, x.discovery_max_stale);
    f(field{"WaitLeft"}, x.wait_left);
  }
};

/// A client's request on its way to the server that answers it.
struct remote_request {
  std::string method, path, raw_query;
  std::vector<named_text> query;   ///< decoded
  std::vector<named_text> headers; ///< those that endpoints read; names in lower case
  std::string body;
  std::uint64_t rest_size = 0; ///< bytes of the body that follow as a stream
  std::string remote_address;
  std::uint16_t remote_port = 0;
  asking_agent requester;
  std::shared_ptr<byte_pipe> rest; ///< the stream; null: `body` is complete. Not serialized, like the next member
  std::string origin;              ///< the client that the forwarding agent counts it for: see rpc_request::origin

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Method"}, x.method);
    f(field{"Path"}, x.path);
    f(field{"RawQuery"}, x.raw_query);
    f(field{"Query"}, x.query);
    f(field{"Headers"}, x.headers);
    f(field{"Body"}, x.body);
    f(field{"RestSize"}, x.rest_size);
    f(field{"RemoteAddress"}, x.remote_address);
    f(field{"RemotePort"}, x.remote_port);
    f(field{"Asker"}, x.requester);
  }
};

/// What an answer says of the read that it comes from. The agent that the client asked makes header lines of it; what
/// is not set has none.
struct read_meta {
  std::uint64_t index = 0;                 ///< to wait for something newer; 0: not set
  std::string content_hash;                ///< to wait for another content
  std::string consistency;                 ///< "leader", "stale" or "consistent"
  std::optional<bool> known_leader;        ///< whether the server that answered knew a leader
  std::optional<nanoseconds> last_contact; ///< how old its state may be
  std::string backend;                     ///< "blocking-query" or "streaming"
  bool filtered = false;                   ///< something was left out that the token may not read

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Index"}, x.index);
    f(field{"ContentHash"}, x.content_hash);
    f(field{"Consistency"}, x.consistency);
    f(field{"KnownLeader"}, x.known_leader);
    f(field{"LastContact"}, x.last_contact);
    f(field{"Backend"}, x.backend);
    f(field{"Filtered"}, x.filtered);
  }
  bool operator==(const read_meta&) const = default;
};

/// The answer to a client's request, without what the asking agent adds to all answers.
struct remote_answer {
  std::int64_t status = 200;
  std::string content_type;
  std::vector<named_text> headers;
  std::string lines; ///< more header lines, each with its CRLF
  read_meta meta;
  std::string body;
  bool not_carried_out = false;    ///< definitely not executed; sent as rpc_refusal
  std::shared_ptr<byte_pipe> rest; ///< the rest of the body; null: none. Sent as a stream

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Status"}, x.status);
    f(field{"ContentType"}, x.content_type);
    f(field{"Headers"}, x.headers);
    f(field{"Lines"}, x.lines);
    f(field{"Meta"}, x.meta);
    f(field{"Body"}, x.body);
  }
};

/// Read-only requests.
inline constexpr repeatable_test<remote_request> only_reads = [](const remote_request& r) {
  return r.method == "GET" || r.method == "HEAD";
};
template <>
inline constexpr rpc_declaration<remote_request, remote_answer> declared<rpc_kind::request>{
    .name = "request", .who = requester::any_agent, .streams = true, .repeatable = only_reads};

struct node_records_request {
  std::string node;
  std::string token;        ///< authorizes the reads of the catalog
  nanoseconds max_stale{0}; ///< maximal age of the answering server's state

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Node"}, x.node);
    f(field{"Token"}, x.token);
    f(field{"MaxStale"}, x.max_stale);
  }
};

/// The catalog's records of one node.
struct node_records {
  node_ptr node; ///< null: unknown
  std::vector<node_service_ptr> services;
  std::vector<health_check_ptr> checks;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Node"}, x.node);
    f(field{"Services"}, x.services);
    f(field{"Checks"}, x.checks);
  }
};
template <>
inline constexpr rpc_declaration<node_records_request, node_records> declared<rpc_kind::node_records>{
    .name = "node_records", .who = requester::any_agent, .repeatable = every_request<node_records_request>};

} // namespace praetor
