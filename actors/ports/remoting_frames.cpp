#include "actors/ports/remoting_frames.hpp"

#include "actors/remote_call.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>

#include <algorithm>

namespace praetor {

namespace {

using caf::io::basp::header;
using caf::io::basp::message_type;
using bytes = std::vector<char>;

/// Bytes of an envelope's members when its text is empty: two numbers of two bytes, and the length.
constexpr std::size_t empty_envelope = 5;
/// Bytes of an error's code and category; what follows is its context.
constexpr std::size_t code_and_category = 1 + 8;
/// What a frame has beside an envelope's bytes.
constexpr std::size_t most_overhead = 1024;

template <class... Ts>
bytes written(caf::execution_unit* unit, const Ts&... values) {
  bytes out;
  caf::binary_serializer sink{unit, out};
  auto failed = sink(values...);
  PRAETOR_ASSERT(!failed);
  return out;
}

bytes without_last(bytes from, std::size_t count) {
  from.resize(from.size() - count);
  return from;
}

bool begins_with(const bytes& whole, const bytes& part) {
  return whole.size() >= part.size() && std::equal(part.begin(), part.end(), whole.begin());
}

} // namespace

frame_filter::frame_filter(caf::actor_system& system, bool dialled, caf::node_id alias, caf::actor_id gateway)
    : dialled_(dialled), unit_(system.dummy_execution_unit()), own_(system.node()), alias_(std::move(alias)),
      gateway_(gateway) {
  std::vector<caf::strong_actor_ptr> no_stages;
  envelope empty;
  request_ = without_last(written(unit_, no_stages, caf::make_message(rpc_atom_v, empty)), empty_envelope);
  message_ = without_last(written(unit_, no_stages, caf::make_message(send_atom_v, empty)), empty_envelope);
  answer_ = without_last(written(unit_, no_stages, caf::make_message(empty)), empty_envelope);
  failure_ = written(unit_, no_stages, caf::make_message(caf::make_error(caf::sec::request_receiver_down)));
  failure_head_ = without_last(failure_, code_and_category + written(unit_, caf::message{}).size());
}

frame_verdict frame_filter::refuse(std::string why) {
  objection_ = std::move(why);
  return frame_verdict::refuse;
}

frame_verdict frame_filter::judge(const header& head) {
  std::size_t most =
      head.operation == message_type::direct_message ? largest_envelope + most_overhead : largest_handshake;
  if (head.payload_len > most)
    return refuse("announced a frame of " + std::to_string(head.payload_len) + " bytes; the most is " +
                  std::to_string(most));
  if (head.operation == message_type::heartbeat)
    return head.payload_len == 0 ? frame_verdict::drop : refuse("sent a heartbeat with a payload");
  if (head.payload_len == 0) return refuse("sent an empty frame");
  switch (head.operation) {
  case message_type::server_handshake:
    return dialled_ && !shaken_ ? frame_verdict::pass : refuse("sent a handshake out of turn");
  case message_type::client_handshake: return dialled_ ? refuse("sent a handshake out of turn") : frame_verdict::pass;
  case message_type::monitor_message:
  case message_type::down_message: return shaken_ ? frame_verdict::pass : refuse("sent a frame before its handshake");
  case message_type::direct_message: break;
  default: return refuse("sent a frame of unknown kind " + std::to_string(static_cast<int>(head.operation)));
  }
  if (!shaken_) return refuse("sent a frame before its handshake");
  // Remoting greets each new node's spawn server; there is none to reach here.
  if (head.has(header::named_receiver_flag)) return frame_verdict::drop;
  caf::message_id id{head.operation_data};
  if (!id.is_response() && head.dest_actor != gateway_)
    return gateway_ == 0 ? refuse("sent a message, where only answers are taken") : frame_verdict::drop;
  return frame_verdict::pass;
}

frame_verdict frame_filter::judge(header& head, bytes& payload) {
  if (head.operation != message_type::direct_message) return rewrite(head, payload);
  caf::message_id id{head.operation_data};
  if (!id.is_response()) {
    const auto& wanted = id.is_request() ? request_ : message_;
    return begins_with(payload, wanted) ? frame_verdict::pass : refuse("sent a message that the gateway does not know");
  }
  if (begins_with(payload, answer_)) return frame_verdict::pass;
  // An error's context could be of any type: what went wrong over there stays over there.
  if (!begins_with(payload, failure_head_)) return refuse("sent an answer that is no envelope");
  payload = failure_;
  head.payload_len = static_cast<std::uint32_t>(payload.size());
  return frame_verdict::pass;
}

frame_verdict frame_filter::rewrite(header& head, bytes& payload) {
  caf::binary_deserializer source{unit_, payload};
  caf::node_id from, to;
  switch (head.operation) {
  case message_type::client_handshake:
    shaken_ = true;
    payload = written(unit_, alias_);
    break;
  case message_type::server_handshake: {
    shaken_ = true;
    if (auto failed = source(from)) return refuse("sent a damaged handshake");
    auto rest = bytes(payload.end() - static_cast<std::ptrdiff_t>(source.remaining()), payload.end());
    payload = written(unit_, alias_);
    payload.insert(payload.end(), rest.begin(), rest.end());
    break;
  }
  case message_type::monitor_message: payload = written(unit_, alias_, own_); break;
  default: payload = written(unit_, alias_, own_, caf::make_error(caf::exit_reason::remote_link_unreachable)); break;
  }
  head.payload_len = static_cast<std::uint32_t>(payload.size());
  return frame_verdict::pass;
}

} // namespace praetor
