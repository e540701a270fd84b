#pragma once

#include "actors/rpc/byte_pipe.hpp"
#include "actors/rpc/remote_call.hpp"
#include "actors/rpc/rpc_messages.hpp"
#include "actors/rpc/stream_limits.hpp"
#include "protocol/actors.hpp"

#include <deque>

namespace praetor {

/// What both directions of a stream have in common on the side that dialled.
struct link_stream_state {
  link_stream_state() = default;

  link_stream_actor::pointer self = nullptr;
  peer_link_actor link;
  std::uint64_t number = 0; ///< of the request that the stream belongs to
  std::shared_ptr<byte_pipe> pipe;
  stream_limits limits;
  std::uint64_t offset = 0; ///< bytes that went through
  bool over = false;

  void call(envelope request);
  /// Wakes the actor, from any thread. Who waits for it keeps the actor alive, until its link ends.
  std::function<void()> wake() const;
  /// The server need not go on with the request.
  void cancel_request();
};

struct stream_puller_state : link_stream_state {
  static constexpr const char* name = "stream_puller";
  stream_puller_state() = default;
  /// Who reads the pipe hears that nothing more comes.
  ~stream_puller_state();

  std::size_t asked = 0; ///< pulls that are not answered

  void step();
  void answered(remote_outcome& outcome);
  /// The rest can't be had.
  void give_up(error why);

private:
  void take(stream_piece& got);
};

/// Pulls the rest of the answer to a request as fast as the pipe is read, until its end.
/// @param number of the request, as the server was told
link_stream_actor::behavior_type stream_puller(link_stream_actor::stateful_pointer<stream_puller_state> self,
                                               peer_link_actor link, std::uint64_t number,
                                               std::shared_ptr<byte_pipe> pipe, stream_limits limits);

struct stream_pusher_state : link_stream_state {
  static constexpr const char* name = "stream_pusher";
  stream_pusher_state() = default;
  /// Who writes into the pipe hears that nobody reads it.
  ~stream_pusher_state();

  rpc_router_actor router;
  std::deque<std::size_t> sent; ///< bytes of the pushes that are not answered
  std::size_t unanswered = 0;   ///< their sum
  bool ended = false;           ///< the last piece was sent

  void step();
  void answered(remote_outcome& outcome);
};

/// Pushes the rest of a request as fast as the server takes it. Tells the router if that fails.
link_stream_actor::behavior_type stream_pusher(link_stream_actor::stateful_pointer<stream_pusher_state> self,
                                               peer_link_actor link, std::uint64_t number,
                                               std::shared_ptr<byte_pipe> pipe, rpc_router_actor router,
                                               stream_limits limits);

/// Tells a server that nobody waits for the answer to a request any more.
void send_cancel(const peer_link_actor& link, std::uint64_t number);

} // namespace praetor
