#include "actors/rpc/rpc_bodies.hpp"
#include "actors/rpc/rpc_gateway.hpp"
#include "protocol/codec/msgpack.hpp"

#include <algorithm>

namespace praetor {

namespace {

/// The maximal number of pending pulls per stream: together no more than a window.
constexpr std::size_t most_pulls = byte_pipe::default_window / byte_pipe::piece;

envelope no_stream(std::uint64_t number) {
  return rpc_refused("no stream of request " + std::to_string(number) + " is open on this connection", 404, true);
}

envelope piece_of(std::uint64_t number, std::uint64_t offset, byte_pipe::part part) {
  stream_piece out;
  out.number = number;
  out.offset = offset;
  out.bytes = std::move(part.bytes);
  out.end = part.end;
  if (part.failed) out.fail(*part.failed);
  return envelope_of(rpc_kind::pull, msgpack::pack(out));
}

} // namespace

std::uint64_t rpc_gateway_state::own_number(std::uint64_t connection, std::uint64_t number) const {
  auto load = peers.find(connection);
  if (load == peers.end()) return 0;
  auto it = load->second.numbers.find(number);
  return it == load->second.numbers.end() ? 0 : it->second;
}

rpc_gateway_state::request_streams& rpc_gateway_state::open_streams(std::uint64_t id) {
  auto& r = requests.at(id);
  if (!r.streams) r.streams = std::make_unique<request_streams>();
  r.streams->moved = self->clock().now();
  streaming.insert(id);
  if (!std::exchange(watches_streams, true)) self->delayed_send(self, options.streams.look, wake_atom_v);
  return *r.streams;
}

void rpc_gateway_state::begin_stream(std::uint64_t id, const envelope& head, std::shared_ptr<byte_pipe> rest) {
  auto it = requests.find(id);
  if (it == requests.end() || !it->second.answer.pending()) return rest->close();
  auto& r = it->second;
  auto refuse = [&](envelope why) {
    rest->close();
    ended(id, why);
  };
  if (r.number == 0) return refuse(rpc_refused("the answer is a stream, and this request can't have one", 400, false));
  if (!memory.admits(peers[r.connection].bytes, rest->window()))
    return refuse(rpc_refused("too many streams are open, try again later", 503, false));
  charge(r, rest->window());
  open_streams(id).answer = std::move(rest);
  r.answer.deliver(head);
}

caf::result<envelope> rpc_gateway_state::pull(const envelope& e, const peer_identity& from) {
  stream_pull asked;
  if (auto read = msgpack::unpack(e.bytes, asked); !read)
    return rpc_refused("a pull could not be read: " + read.error().text, 400, true);
  auto id = own_number(from.connection, asked.number);
  auto it = requests.find(id);
  if (it == requests.end() || !it->second.streams || !it->second.streams->answer) return no_stream(asked.number);
  auto& s = *it->second.streams;
  if (s.pulls.size() >= most_pulls) return break_off(id, from, "asks for more of a stream than it can have room for");
  s.moved = self->clock().now();
  auto promise = self->make_response_promise<envelope>();
  auto most = std::clamp<std::uint64_t>(asked.most, 1, byte_pipe::piece);
  s.pulls.push_back({promise, static_cast<std::size_t>(most), s.moved});
  answer_pulls(id);
  return promise;
}

void rpc_gateway_state::answer_pulls(std::uint64_t id) {
  auto it = requests.find(id);
  if (it == requests.end() || !it->second.streams || !it->second.streams->answer) return;
  auto& s = *it->second.streams;
  while (!s.pulls.empty()) {
    auto part = s.answer->take(s.pulls.front().most);
    if (part.bytes.empty() && !part.end && !part.failed) break;
    auto offset = std::exchange(s.pulled, s.pulled + part.bytes.size());
    bool over = part.end || part.failed;
    s.pulls.front().answer.deliver(piece_of(it->second.number, offset, std::move(part)));
    s.pulls.pop_front();
    if (over) return ended(id, {});
  }
  if (!s.pulls.empty())
    s.answer->on_readable([me = rpc_gateway_actor{self}, id] { caf::anon_send(me, messages::stream_ready{id}); });
}

caf::result<envelope> rpc_gateway_state::push(const envelope& e, const peer_identity& from) {
  stream_piece piece;
  if (auto read = msgpack::unpack(e.bytes, piece); !read)
    return rpc_refused("a piece of a stream could not be read: " + read.error().text, 400, true);
  auto id = own_number(from.connection, piece.number);
  auto it = requests.find(id);
  if (it == requests.end() || !it->second.streams || !it->second.streams->body) return no_stream(piece.number);
  auto& s = *it->second.streams;
  if (piece.offset != s.pushed || s.body_ended) return break_off(id, from, "sends a stream out of order");
  if (piece.bytes.size() > byte_pipe::piece) return break_off(id, from, "sends a piece that is too large for a stream");
  s.moved = self->clock().now();
  s.pushed += piece.bytes.size();
  s.body_ended = piece.end || !piece.failed.empty();
  if (!s.body->write(std::move(piece.bytes))) {
    if (!s.body->closed()) return break_off(id, from, "sends more of a stream than there is room for");
    return rpc_refused("the rest of the request is not wanted any more", 499, false);
  }
  if (!piece.failed.empty())
    s.body->fail(piece.why());
  else if (piece.end)
    s.body->finish();
  auto promise = self->make_response_promise<envelope>();
  s.pushes.push_back(promise);
  answer_pushes(id);
  return promise;
}

void rpc_gateway_state::answer_pushes(std::uint64_t id) {
  auto it = requests.find(id);
  if (it == requests.end() || !it->second.streams || !it->second.streams->body) return;
  auto& s = *it->second.streams;
  if (s.pushes.empty()) return;
  if (s.body->has_room()) {
    s.moved = self->clock().now();
    for (auto& waits : std::exchange(s.pushes, {})) waits.deliver(envelope_of(rpc_kind::push, {}));
    return;
  }
  s.body->on_room([me = rpc_gateway_actor{self}, id] { caf::anon_send(me, messages::stream_ready{id}); });
}

void rpc_gateway_state::stream_ready(std::uint64_t id) {
  answer_pushes(id);
  answer_pulls(id);
}

envelope rpc_gateway_state::break_off(std::uint64_t id, const peer_identity& from, const std::string& why) {
  complain(from, why);
  auto no = rpc_refused("this agent " + why, 400, false);
  end_early(id, no);
  return no;
}

void rpc_gateway_state::close_streams(request_streams& s, const std::string& why) {
  close_pipes(s, why);
  auto over = rpc_refused(why, 499, false);
  for (auto& waits : s.pulls) waits.answer.deliver(over);
  for (auto& waits : s.pushes) waits.deliver(over);
}

void rpc_gateway_state::close_pipes(request_streams& s, const std::string& why) {
  if (s.answer) s.answer->close();
  if (s.body) s.body->fail({why, 499});
}

rpc_gateway_state::~rpc_gateway_state() {
  for (auto id : streaming) close_pipes(*requests.at(id).streams, "the agent ends");
}

void rpc_gateway_state::look_after_streams() {
  auto now = self->clock().now();
  const auto& limits = options.streams;
  auto stalls = [&](std::uint64_t id, const std::string& why) {
    options.outside->log_lines->write(log_level::warn, "agent.rpc", "ended a stream that stands still",
                                      {{"error", why}});
    end_early(id, rpc_refused(why, 408, false));
  };
  for (auto id : std::vector(streaming.begin(), streaming.end())) {
    auto it = requests.find(id);
    if (it == requests.end()) continue;
    auto& s = *it->second.streams;
    if (s.answer && s.pulls.empty()) {
      if (now - s.moved >= limits.reader) stalls(id, "the peer asks for no more of an answer");
    } else if (s.answer && now - s.pulls.front().since >= limits.quiet) {
      s.pulls.front().answer.deliver(piece_of(it->second.number, s.pulled, {}));
      s.pulls.pop_front();
    } else if (!s.answer && s.body && !s.body_ended && s.body->has_room() && now - s.moved >= limits.writer) {
      stalls(id, "the peer sends no more of a request");
    }
  }
  watches_streams = !streaming.empty();
  if (watches_streams) self->delayed_send(self, limits.look, wake_atom_v);
}

} // namespace praetor
