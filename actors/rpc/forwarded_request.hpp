#pragma once

#include "actors/rpc/destination.hpp"
#include "actors/rpc/rpc_messages.hpp"

#include <functional>
#include <memory>
#include <string>

namespace praetor {

/// How a request is asked of another server.
struct request_terms {
  destination to = {};
  nanoseconds patience{0}; ///< how long its answer may take, beyond `to.hold`
  std::uint32_t hops = 1;  ///< as the receiver counts them
  std::string origin = {}; ///< for whom it is asked: see rpc_request::origin
  /// Called instead of `done` when this agent itself leads. May hand the request to the router again.
  std::function<void()> here = {};
};

/// A request as an attempt sends it.
struct attempted_request {
  std::string body;        ///< rpc_request::body
  bool repeatable = false; ///< it may be sent again though it may have been carried out already
};

/// Something that another server has to do, until it is done or given up. rpc_router carries it; ask.hpp makes it of a
/// kind's question.
struct forwarded_request {
  rpc_kind kind = rpc_kind::request;
  request_terms terms;
  /// Called for each attempt, by the router. Null: only this agent itself can do it.
  std::function<attempted_request()> attempt;
  /// What follows the request as a stream, from its beginning; called for each attempt, by the router. Null: nothing
  /// does.
  std::function<std::shared_ptr<byte_pipe>()> rest;
  /// Called once, from any thread: the answer's bytes, or what the caller is told.
  std::function<void(expected<std::string>)> done;
  /// Called instead of `done` when more of the answer follows through the pipe, which whoever is called closes when
  /// nobody reads it any more. Null: no such answer is taken.
  std::function<void(std::string, std::shared_ptr<byte_pipe>)> streamed;

  /// The router's notes.
  struct progress {
    bool begun = false, cancelled = false;
    bool nothing_done = true; ///< when `done` is told of a failure: surely nobody has carried the request out
    bool repeatable = false;  ///< as the attempt under way says
    steady_time hold_until{}, due{};
    steady_time deadline{};      ///< when an answer is no longer waited for
    nanoseconds waited{0};       ///< before the last attempt
    int attempts = 0;            ///< that led to nothing
    std::uint64_t number = 0;    ///< of the attempt under way
    std::uint64_t place = 0;     ///< among those that are held
    std::uint64_t seen_term = 0; ///< the leader that the last attempt knew
    std::string seen_leader;
    error last;
  };
  progress notes;
};
using forwarded_request_ptr = std::shared_ptr<forwarded_request>;

/// Where the frontends answer what clients asked of other agents. Published in agent_view.
class request_server {
public:
  virtual ~request_server() = default;

  /// Answers a client's request that another agent has handed on. Nothing in it is believed: it is refused unless its
  /// route is declared as one that agents hand on, and unless it passes what a client's own request has to pass.
  /// Never blocks; `done` runs once, from any thread.
  /// @param hops how many agents have handed it on; 0 counts as 1
  /// @param hold how long it may wait for a leader
  /// @returns what is called when the client has gone away, and when the streams of the request have ended early
  virtual std::function<void()> serve(remote_request request, std::uint32_t hops, nanoseconds hold,
                                      std::function<void(remote_answer)> done) = 0;
  /// Answers what this agent asks by itself, with no stream. Nothing that came from elsewhere may be handed in here.
  virtual std::function<void()> serve_own(remote_request request, nanoseconds hold,
                                          std::function<void(remote_answer)> done) = 0;
  /// Answers a DNS question, both in the frontends' own form.
  /// @param origin for whom it is asked: see rpc_request::origin
  virtual void look_up(std::string question, std::uint32_t hops, nanoseconds hold, std::string origin,
                       std::function<void(expected<std::string>)> done) = 0;
};

} // namespace praetor
