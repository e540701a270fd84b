#include "actors/rpc/link_streams.hpp"

#include "actors/rpc/rpc_bodies.hpp"
#include "actors/rpc/rpc_router.hpp"

namespace praetor {

namespace {

bool is_refusal(const envelope& e) { return static_cast<rpc_kind>(e.kind) == rpc_kind::refused; }

error reason_of(const envelope& refused) {
  rpc_refusal why;
  if (auto read = msgpack::unpack(refused.bytes, why); !read)
    return {"a refusal could not be read: " + read.error().text};
  return why.why();
}

} // namespace

void send_cancel(const peer_link_actor& link, std::uint64_t number) {
  auto message = std::make_shared<remote_envelope>();
  message->message = envelope_of(rpc_kind::cancel, packed_body(cancelled_request{number}));
  caf::anon_send(link, send_atom_v, local<std::shared_ptr<remote_envelope>>{std::move(message)});
}

void link_stream_state::call(envelope request) {
  auto call = std::make_shared<remote_call>();
  call->request = std::move(request);
  call->deadline = self->clock().now() + limits.answer;
  call->done = [me = link_stream_actor{self}](expected<envelope> answer, bool reached) {
    auto outcome = std::make_shared<remote_outcome>(remote_outcome{std::move(answer), reached});
    caf::anon_send(me, result_atom_v, local<std::shared_ptr<remote_outcome>>{std::move(outcome)});
  };
  self->send(link, rpc_atom_v, local<std::shared_ptr<remote_call>>{std::move(call)});
}

std::function<void()> link_stream_state::wake() const {
  return [me = link_stream_actor{self}] { caf::anon_send(me, wake_atom_v); };
}

void link_stream_state::cancel_request() { send_cancel(link, number); }

// ---- The rest of an answer ------------------------------------------------------------------------------------------

stream_puller_state::~stream_puller_state() {
  if (pipe) pipe->fail({"the agent ends"});
}

void stream_puller_state::step() {
  if (over) return;
  if (pipe->closed()) {
    cancel_request();
    over = true;
    return self->quit();
  }
  // The pipe always has room for the pieces that were requested.
  while ((asked + 1) * byte_pipe::piece + pipe->waiting() <= pipe->window()) {
    ++asked;
    call(envelope_of(rpc_kind::pull, packed_body(stream_pull{number, byte_pipe::piece})));
  }
  PRAETOR_ASSERT(asked * byte_pipe::piece <= pipe->window());
  if (asked == 0) pipe->on_room(wake());
}

void stream_puller_state::answered(remote_outcome& outcome) {
  if (over) return;
  PRAETOR_ASSERT(asked > 0); // the link answers each call once
  --asked;
  if (!outcome.answer) return give_up(outcome.answer.error());
  if (is_refusal(*outcome.answer)) return give_up(reason_of(*outcome.answer));
  stream_piece got;
  if (auto read = msgpack::unpack(outcome.answer->bytes, got); !read)
    return give_up({"a piece of a stream could not be read: " + read.error().text});
  take(got);
}

void stream_puller_state::take(stream_piece& got) {
  if (got.number != number || got.offset != offset || got.bytes.size() > byte_pipe::piece)
    return give_up({"a server sent what is no next piece of its stream"});
  offset += got.bytes.size();
  pipe->write(std::move(got.bytes));
  if (!got.failed.empty()) return give_up(got.why());
  if (!got.end) return step();
  over = true;
  pipe->finish();
  self->quit();
}

void stream_puller_state::give_up(error why) {
  if (std::exchange(over, true)) return;
  cancel_request();
  pipe->fail(std::move(why));
  self->quit();
}

link_stream_actor::behavior_type stream_puller(link_stream_actor::stateful_pointer<stream_puller_state> self,
                                               peer_link_actor link, std::uint64_t number,
                                               std::shared_ptr<byte_pipe> pipe, stream_limits limits) {
  auto& s = self->state;
  s.self = self;
  s.link = std::move(link);
  s.number = number;
  s.pipe = std::move(pipe);
  s.limits = limits;
  self->monitor(s.link);
  self->set_down_handler([self](const caf::down_msg&) { self->state.give_up({"the link to the server has failed"}); });
  s.pipe->on_closed(s.wake());
  s.step();
  return {
      [self](result_atom, local<std::shared_ptr<remote_outcome>>& outcome) { self->state.answered(*outcome.value); },
      [self](wake_atom) { self->state.step(); },
      [self](leave_atom) { self->quit(); },
  };
}

// ---- The rest of a request ------------------------------------------------------------------------------------------

stream_pusher_state::~stream_pusher_state() {
  if (pipe) pipe->close();
}

void stream_pusher_state::step() {
  if (over) return;
  // The server has room for half of its window once it has answered every push.
  while (!ended && unanswered + byte_pipe::piece <= pipe->window() / 2) {
    auto part = pipe->take(byte_pipe::piece);
    if (part.bytes.empty() && !part.end && !part.failed) return pipe->on_readable(wake());
    stream_piece next;
    next.number = number;
    next.offset = offset;
    next.end = part.end;
    if (part.failed) next.fail(*part.failed);
    offset += part.bytes.size();
    unanswered += part.bytes.size();
    PRAETOR_ASSERT(unanswered <= pipe->window() / 2);
    sent.push_back(part.bytes.size());
    ended = part.end || part.failed;
    next.bytes = std::move(part.bytes);
    call(envelope_of(rpc_kind::push, packed_body(next)));
  }
}

void stream_pusher_state::answered(remote_outcome& outcome) {
  if (over || sent.empty()) return;
  PRAETOR_ASSERT(unanswered >= sent.front());
  unanswered -= sent.front();
  sent.pop_front();
  bool refused = outcome.answer && is_refusal(*outcome.answer);
  if (outcome.answer && !refused && !(ended && sent.empty())) return step();
  over = true;
  if (!outcome.answer) {
    cancel_request();
    // A request whose end was not sent has certainly not been executed.
    outcome.reached = outcome.reached && ended;
    self->send(router, messages::attempt_ended{number, std::make_shared<remote_outcome>(std::move(outcome))});
  }
  self->quit(); // rejected: the answer to the request says why
}

link_stream_actor::behavior_type stream_pusher(link_stream_actor::stateful_pointer<stream_pusher_state> self,
                                               peer_link_actor link, std::uint64_t number,
                                               std::shared_ptr<byte_pipe> pipe, rpc_router_actor router,
                                               stream_limits limits) {
  auto& s = self->state;
  s.self = self;
  s.link = std::move(link);
  s.number = number;
  s.pipe = std::move(pipe);
  s.router = std::move(router);
  s.limits = limits;
  self->monitor(s.link);
  self->set_down_handler([self](const caf::down_msg&) { self->quit(); });
  s.step();
  return {
      [self](result_atom, local<std::shared_ptr<remote_outcome>>& outcome) { self->state.answered(*outcome.value); },
      [self](wake_atom) { self->state.step(); },
      [self](leave_atom) { self->quit(); },
  };
}

} // namespace praetor
