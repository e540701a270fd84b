#pragma once

#include "actors/rpc/byte_pipe.hpp"
#include "actors/rpc/forwarded_request.hpp"
#include "actors/rpc/remote_call.hpp"
#include "actors/rpc/rpc_bodies.hpp"
#include "protocol/actors.hpp"

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace praetor {

/// Creates the request that `ask` hands to the router.
/// @param question the question, or a function that the router calls for each attempt, on its thread
/// @param done called once, on any thread, with the reply or the error for the caller
template <rpc_kind Kind, class Question>
forwarded_request_ptr prepared(request_terms terms, Question question,
                               std::function<void(expected<reply_of<Kind>>)> done) {
  auto r = std::make_shared<forwarded_request>();
  r->kind = Kind;
  r->terms = std::move(terms);
  r->attempt = [question = std::move(question)]() -> attempted_request {
    auto attempt = [](const question_of<Kind>& what) -> attempted_request {
      return {packed_body(what), declared<Kind>.repeatable(what)};
    };
    if constexpr (std::is_invocable_v<const Question&>)
      return attempt(question());
    else
      return attempt(question);
  };
  r->done = [done = std::move(done)](expected<std::string> bytes) { done(read_reply<Kind>(std::move(bytes))); };
  return r;
}

/// Accepts a streamed answer. `begun` is called once instead of `done` if the answer is streamed; it must close the
/// pipe when it stops reading.
template <rpc_kind Kind>
void take_stream(forwarded_request& r, std::function<void(reply_of<Kind>, std::shared_ptr<byte_pipe>)> begun) {
  static_assert(declared<Kind>.streams);
  r.streamed = [begun = std::move(begun), done = r.done](std::string bytes, std::shared_ptr<byte_pipe> rest) {
    auto head = read_body<reply_of<Kind>>(bytes);
    if (head) return begun(std::move(*head), std::move(rest));
    rest->close();
    done(std::move(bytes)); // the error describes the malformed reply
  };
}

/// Sends a request to a server.
inline void ask(const rpc_router_actor& router, forwarded_request_ptr r) {
  caf::anon_send(router, forward_atom_v, local<forwarded_request_ptr>{std::move(r)});
}
template <rpc_kind Kind, class Question>
void ask(const rpc_router_actor& router, request_terms terms, Question question,
         std::function<void(expected<reply_of<Kind>>)> done) {
  ask(router, prepared<Kind>(std::move(terms), std::move(question), std::move(done)));
}

/// The function that cancels a request: its `done` is not called then.
inline std::function<void()> cancelling(rpc_router_actor router, const forwarded_request_ptr& r) {
  return [router = std::move(router), weak = std::weak_ptr(r)] {
    if (auto gone = weak.lock()) caf::anon_send(router, leave_atom_v, local<forwarded_request_ptr>{gone});
  };
}

/// Sends one attempt to the server of one link.
/// @param done called once, on any thread
template <rpc_kind Kind>
void ask_over(const peer_link_actor& link, const question_of<Kind>& what, steady_time deadline,
              std::function<void(expected<reply_of<Kind>>)> done) {
  rpc_request request;
  request.body = packed_body(what);
  auto call = std::make_shared<remote_call>();
  call->request = envelope_of(Kind, msgpack::pack(request));
  call->deadline = deadline;
  call->done = [done = std::move(done)](expected<envelope> answer, bool) {
    if (!answer) return done(tl::unexpected(std::move(answer.error())));
    if (answer->kind != static_cast<std::uint16_t>(Kind)) return done(fail("the server refuses to answer"));
    done(read_reply<Kind>(std::move(answer->bytes)));
  };
  caf::anon_send(link, rpc_atom_v, local<std::shared_ptr<remote_call>>{std::move(call)});
}

} // namespace praetor
