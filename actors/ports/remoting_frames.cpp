#include "actors/ports/remoting_frames.hpp"

#include "actors/rpc/remote_call.hpp"

#include <caf/binary_deserializer.hpp>
#include <caf/binary_serializer.hpp>

#include <algorithm>
#include <optional>

namespace praetor {

namespace {

using caf::io::basp::header;
using caf::io::basp::message_type;
using bytes = std::vector<char>;

/// The size of an envelope with an empty body: two integers of two bytes, and the length.
constexpr std::size_t empty_envelope = 5;
/// The size of an error's code and category; its context follows.
constexpr std::size_t code_and_category = 1 + 8;
/// The maximal size of a frame beyond the envelope's bytes.
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

/// The number of bytes that an envelope carries.
/// @param at start of the envelope, which must be the rest of the payload
/// @returns nothing if the encoded length does not match the rest
std::optional<std::size_t> carried_bytes(const bytes& payload, std::size_t at) {
  at += empty_envelope - 1;
  std::uint64_t size = 0;
  // A varint: seven bits per byte, least significant first.
  for (int shift = 0; at < payload.size() && shift < 35; shift += 7) {
    auto byte = static_cast<unsigned char>(payload[at++]);
    size |= std::uint64_t{byte & 0x7fu} << shift;
    if (byte < 0x80) return payload.size() - at == size ? std::optional<std::size_t>(size) : std::nullopt;
  }
  return {};
}

} // namespace

frame_filter::frame_filter(caf::actor_system& system, setup s)
    : dialled_(s.dialled), unit_(system.dummy_execution_unit()), own_(system.node()), alias_(std::move(s.alias)),
      target_(s.target) {
  std::vector<caf::strong_actor_ptr> no_stages;
  envelope empty;
  stamp_ = written(unit_, s.who);
  auto beginning_of = [&](auto atom) {
    beginning out;
    out.plain = without_last(written(unit_, no_stages, caf::make_message(atom, empty)), empty_envelope);
    out.stamped =
        without_last(written(unit_, no_stages, caf::make_message(atom, empty, s.who)), empty_envelope + stamp_.size());
    return out;
  };
  request_ = beginning_of(rpc_atom_v);
  message_ = beginning_of(send_atom_v);
  answer_ = without_last(written(unit_, no_stages, caf::make_message(empty)), empty_envelope);
  failure_ = written(unit_, no_stages, caf::make_message(caf::make_error(caf::sec::request_receiver_down)));
  failure_head_ = without_last(failure_, code_and_category + written(unit_, caf::message{}).size());
}

frame_verdict frame_filter::refuse(std::string why) {
  objection_ = std::move(why);
  return frame_verdict::refuse;
}

frame_verdict frame_filter::drop(std::string why) {
  objection_ = std::move(why);
  return frame_verdict::drop;
}

frame_verdict frame_filter::judge(const header& head) {
  objection_.clear();
  std::size_t most =
      head.operation == message_type::direct_message ? largest_envelope + most_overhead : largest_handshake;
  if (head.payload_len > most)
    return refuse("announced a frame of " + std::to_string(head.payload_len) + " bytes; the most is " +
                  std::to_string(most));
  if (head.operation == message_type::heartbeat)
    return head.payload_len == 0 ? frame_verdict::drop : refuse("sent a heartbeat with a payload");
  if (head.payload_len == 0) return refuse("sent an empty frame");
  auto greeting = dialled_ ? message_type::server_handshake : message_type::client_handshake;
  if (caf::io::basp::is_handshake(head)) {
    if (head.operation == greeting && !shaken_) return frame_verdict::pass;
    // CAF's client sends two handshakes.
    return head.operation == message_type::client_handshake && !dialled_ ? frame_verdict::drop
                                                                         : refuse("sent a handshake out of turn");
  }
  if (!shaken_) return refuse("sent a frame before its handshake");
  switch (head.operation) {
  case message_type::monitor_message:
    // Each monitor costs memory at the watched actor: allow one, for the reachable actor only.
    if (head.dest_actor != target_ || watched_) return frame_verdict::drop;
    return frame_verdict::pass;
  case message_type::down_message:
    return dialled_ || head.source_actor == source_ ? frame_verdict::pass : frame_verdict::drop;
  case message_type::direct_message: break;
  default: return refuse("sent a frame of unknown kind " + std::to_string(static_cast<int>(head.operation)));
  }
  // CAF greets the spawn server of each new node; it is not reachable here.
  if (head.has(header::named_receiver_flag)) return frame_verdict::drop;
  return dialled_ ? judge_dialled(head) : judge_accepted(head);
}

frame_verdict frame_filter::judge_accepted(const header& head) {
  caf::message_id id{head.operation_data};
  if (id.is_response()) return refuse("sent an answer, where nothing was asked");
  if (id.is_stream_message()) return refuse("sent a message of a stream");
  if (head.source_actor == 0) return refuse("sent a message in nobody's name");
  if (head.dest_actor != target_) return frame_verdict::drop;
  if (source_ != 0 && head.source_actor != source_) return refuse("sent messages in the name of several actors");
  return frame_verdict::pass;
}

frame_verdict frame_filter::judge_dialled(const header& head) {
  caf::message_id id{head.operation_data};
  if (!id.is_response()) return refuse("sent a message, where only answers are taken");
  if (head.dest_actor != target_) return drop("sent an answer to who has not asked it: dropped");
  return frame_verdict::pass;
}

frame_verdict frame_filter::judge(header& head, bytes& payload) {
  if (head.operation != message_type::direct_message) return rewrite(head, payload);
  caf::message_id id{head.operation_data};
  if (!id.is_response()) return stamp(id.is_request(), head, payload);
  if (begins_with(payload, answer_))
    return carried_bytes(payload, answer_.size()) ? frame_verdict::pass : refuse("sent an answer of a wrong length");
  // An error's context could have any type: drop it.
  if (!begins_with(payload, failure_head_)) return refuse("sent an answer that is no envelope");
  payload = failure_;
  head.payload_len = static_cast<std::uint32_t>(payload.size());
  return frame_verdict::pass;
}

frame_verdict frame_filter::stamp(bool request, header& head, bytes& payload) {
  const auto& begin = request ? request_ : message_;
  if (!begins_with(payload, begin.plain)) return refuse("sent a message that the gateway does not know");
  auto carried = carried_bytes(payload, begin.plain.size());
  if (!carried) return refuse("sent an envelope of a wrong length");
  envelope_size_ = *carried;
  source_ = head.source_actor;
  payload.insert(payload.end(), stamp_.begin(), stamp_.end());
  auto rest = payload.begin() + static_cast<std::ptrdiff_t>(begin.plain.size());
  // Both prefixes have the same length, except for the name of the stamp's type.
  rest = payload.insert(rest, begin.stamped.size() - begin.plain.size(), '\0');
  std::copy(begin.stamped.begin(), begin.stamped.end(), payload.begin());
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
  case message_type::monitor_message:
    watched_ = true;
    payload = written(unit_, alias_, own_);
    break;
  default: payload = written(unit_, alias_, own_, caf::make_error(caf::exit_reason::remote_link_unreachable)); break;
  }
  head.payload_len = static_cast<std::uint32_t>(payload.size());
  return frame_verdict::pass;
}

} // namespace praetor
