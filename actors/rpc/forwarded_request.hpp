#pragma once

#include "actors/rpc/destination.hpp"
#include "actors/rpc/rpc_messages.hpp"

#include <functional>
#include <memory>
#include <string>

namespace praetor {

/// The terms of a request to another server.
struct request_terms {
  destination to = {};
  nanoseconds patience{0}; ///< the time for an answer, in addition to `to.hold`
  std::uint32_t hops = 1;  ///< as the receiver counts them
  std::string origin = {}; ///< the client it is sent for: see rpc_request::origin
  /// Called instead of `done` if this agent itself leads. May hand the request to the router again.
  std::function<void()> here = {};
};

/// A request as sent by one attempt.
struct attempted_request {
  std::string body;        ///< rpc_request::body
  bool repeatable = false; ///< may be sent again even if it may have been executed
};

/// A request for another server, until it is answered or abandoned. rpc_router carries it; ask.hpp creates it from a
/// kind's question.
struct forwarded_request {
  rpc_kind kind = rpc_kind::request;
  request_terms terms;
  /// Called by the router for each attempt. Null: only this agent itself can execute it.
  std::function<attempted_request()> attempt;
  /// The stream that follows the request, from its beginning; called by the router for each attempt. Null: none.
  std::function<std::shared_ptr<byte_pipe>()> rest;
  /// Called once, on any thread, with the answer's bytes or the error for the caller.
  std::function<void(expected<std::string>)> done;
  /// Called instead of `done` if more of the answer follows through the pipe; the callee closes the pipe when it stops
  /// reading. Null: streamed answers are not accepted.
  std::function<void(std::string, std::shared_ptr<byte_pipe>)> streamed;

  /// The router's bookkeeping.
  struct progress {
    bool begun = false, cancelled = false;
    bool nothing_done = true; ///< on failure: no server has executed the request
    bool repeatable = false;  ///< as the current attempt says
    steady_time hold_until{}, due{};
    steady_time deadline{};      ///< when to stop waiting for an answer
    nanoseconds waited{0};       ///< before the last attempt
    int attempts = 0;            ///< failed so far
    std::uint64_t number = 0;    ///< of the current attempt
    std::uint64_t place = 0;     ///< in the queue of held requests
    std::uint64_t seen_term = 0; ///< the term of the leader that the last attempt knew
    std::string seen_leader;
    error last;
  };
  progress notes;
};
using forwarded_request_ptr = std::shared_ptr<forwarded_request>;

/// Where the frontends answer requests that other agents forward. Published in agent_view.
class request_server {
public:
  virtual ~request_server() = default;

  /// Answers a client's request that another agent forwarded. Trusts nothing in it: rejects it unless its route may be
  /// forwarded and the request passes the same checks as a client's own. Never blocks; `done` runs once, on any thread.
  /// @param hops how many agents have forwarded it; 0 counts as 1
  /// @param hold how long it may wait for a leader
  /// @returns the function to call when the client has gone away, or when the request's streams end early
  virtual std::function<void()> serve(remote_request request, std::uint32_t hops, nanoseconds hold,
                                      std::function<void(remote_answer)> done) = 0;
  /// Answers this agent's own requests, without streams. Never pass received requests here.
  virtual std::function<void()> serve_own(remote_request request, nanoseconds hold,
                                          std::function<void(remote_answer)> done) = 0;
  /// Answers a DNS query, with question and answer in the frontends' own form.
  /// @param origin the client it is sent for: see rpc_request::origin
  virtual void look_up(std::string question, std::uint32_t hops, nanoseconds hold, std::string origin,
                       std::function<void(expected<std::string>)> done) = 0;
};

} // namespace praetor
