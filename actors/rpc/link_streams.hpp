#pragma once

#include "actors/rpc/byte_pipe.hpp"
#include "actors/rpc/remote_call.hpp"
#include "actors/rpc/rpc_messages.hpp"
#include "actors/rpc/stream_limits.hpp"
#include "protocol/actors.hpp"

#include <deque>

namespace praetor {

/// The common state of both stream directions on the dialling side.
struct link_stream_state {
  link_stream_state() = default;

  link_stream_actor::pointer self = nullptr;
  peer_link_actor link;
  std::uint64_t number = 0; ///< of the stream's request
  std::shared_ptr<byte_pipe> pipe;
  stream_limits limits;
  std::uint64_t offset = 0; ///< bytes transferred
  bool over = false;

  void call(envelope request);
  /// Wakes the actor, on any thread. The returned function keeps the actor alive until its link ends.
  std::function<void()> wake() const;
  /// Tells the server to cancel the request.
  void cancel_request();
};

struct stream_puller_state : link_stream_state {
  static constexpr const char* name = "stream_puller";
  stream_puller_state() = default;
  /// Tells the pipe's reader that nothing more follows.
  ~stream_puller_state();

  std::size_t asked = 0; ///< unanswered pulls

  void step();
  void answered(remote_outcome& outcome);
  /// Ends the stream with an error.
  void give_up(error why);

private:
  void take(stream_piece& got);
};

/// Pulls the rest of an answer as fast as the pipe is read, to the end.
/// @param number of the request, as the server knows it
link_stream_actor::behavior_type stream_puller(link_stream_actor::stateful_pointer<stream_puller_state> self,
                                               peer_link_actor link, std::uint64_t number,
                                               std::shared_ptr<byte_pipe> pipe, stream_limits limits);

struct stream_pusher_state : link_stream_state {
  static constexpr const char* name = "stream_pusher";
  stream_pusher_state() = default;
  /// Tells the pipe's writer that no one reads any more.
  ~stream_pusher_state();

  rpc_router_actor router;
  std::deque<std::size_t> sent; ///< bytes of the unanswered pushes
  std::size_t unanswered = 0;   ///< their sum
  bool ended = false;           ///< the last piece was sent

  void step();
  void answered(remote_outcome& outcome);
};

/// Pushes the rest of a request as fast as the server accepts it. Reports a failure to the router.
link_stream_actor::behavior_type stream_pusher(link_stream_actor::stateful_pointer<stream_pusher_state> self,
                                               peer_link_actor link, std::uint64_t number,
                                               std::shared_ptr<byte_pipe> pipe, rpc_router_actor router,
                                               stream_limits limits);

/// Tells a server that the answer to a request is no longer needed.
void send_cancel(const peer_link_actor& link, std::uint64_t number);

} // namespace praetor
