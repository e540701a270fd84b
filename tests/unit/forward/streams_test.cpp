#include "actors/rpc/link_streams.hpp"
#include "actors/rpc/rpc_bodies.hpp"
#include "gateway_world.hpp"

using namespace praetor;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t window = byte_pipe::default_window, piece = byte_pipe::piece;

/// Bytes that reveal any loss, duplication or reordering.
std::string numbered(std::size_t size) {
  std::string out;
  for (std::uint32_t i = 0; out.size() < size; ++i) out += std::to_string(i) + ",";
  out.resize(size);
  return out;
}

/// A gateway, and the agent that uses it over a link with stream actors.
struct stream_world : gateway_world {
  peer_link_actor link;
  rpc_router_actor router;
  std::vector<remote_outcome> failures; ///< reported to the router
  std::vector<rpc_kind> told;
  bool broken = false;                                          ///< the link
  std::function<std::optional<envelope>(const envelope&)> lies; ///< replaces the server's answers

  stream_world() {
    link = system.spawn([this](peer_link_actor::pointer self) -> peer_link_actor::behavior_type {
      return {
          [this, self](rpc_atom, local<std::shared_ptr<remote_call>>& call) {
            if (broken) return call.value->done(fail("the connection broke"), true);
            if (lies)
              if (auto lie = lies(call.value->request)) return call.value->done(*lie, true);
            self->request(gateway, caf::infinite, rpc_atom_v, call.value->request, peer)
                .then([call = call.value](const envelope& answer) { call->done(answer, true); });
          },
          [this, self](send_atom, local<std::shared_ptr<remote_envelope>>& message) {
            told.push_back(static_cast<rpc_kind>(message.value->message.kind));
            self->send(gateway, send_atom_v, message.value->message, peer);
          },
          [](const messages::server_moved&) {},
          [](const messages::connect_ended&) {},
          [](const messages::link_answered&) {},
          [](wake_up<>) {},
      };
    });
    router = caf::actor_cast<rpc_router_actor>(system.spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {[this](const messages::attempt_ended& m) { failures.push_back(*m.outcome); }};
    }));
    coordinator.run();
  }
  ~stream_world() {
    caf::anon_send_exit(link, caf::exit_reason::kill);
    caf::anon_send_exit(router, caf::exit_reason::kill);
    link = nullptr;
    router = nullptr;
    coordinator.run();
  }

  void request(std::uint64_t number, bool streams) {
    rpc_request r;
    r.number = number;
    r.streams = streams;
    remote_request asked;
    asked.method = streams ? "PUT" : "GET";
    asked.path = "/v1/snapshot";
    r.body = msgpack::pack(asked);
    send(rpc_kind::request, msgpack::pack(r));
  }
  /// A request with a streamed answer. @returns the server's end
  std::shared_ptr<byte_pipe> answered_with_stream(std::uint64_t number) {
    request(number, false);
    auto rest = std::make_shared<byte_pipe>();
    remote_answer head;
    head.rest = rest;
    frontends->requests.back().done(head);
    head.rest = nullptr;
    coordinator.run();
    REQUIRE(answers.back().kind == static_cast<std::uint16_t>(rpc_kind::streamed));
    return rest;
  }
  /// A streamed request. @returns the server's end
  std::shared_ptr<byte_pipe> request_with_stream(std::uint64_t number) {
    request(number, true);
    REQUIRE(frontends->requests.back().request.rest);
    return frontends->requests.back().request.rest;
  }
  std::shared_ptr<byte_pipe> pull_here(std::uint64_t number) {
    auto here = std::make_shared<byte_pipe>();
    system.spawn(stream_puller, link, number, here, stream_limits{});
    coordinator.run();
    return here;
  }
  std::shared_ptr<byte_pipe> push_from_here(std::uint64_t number) {
    auto here = std::make_shared<byte_pipe>();
    system.spawn(stream_pusher, link, number, here, router, stream_limits{});
    coordinator.run();
    return here;
  }
  void pull(std::uint64_t number, std::uint64_t most = piece) {
    send(rpc_kind::pull, msgpack::pack(stream_pull{number, most}));
  }
  void push(std::uint64_t number, std::uint64_t offset, std::string bytes, bool end = false) {
    stream_piece p;
    p.number = number;
    p.offset = offset;
    p.bytes = std::move(bytes);
    p.end = end;
    send(rpc_kind::push, msgpack::pack(p));
  }
  stream_piece pulled(std::size_t which) {
    REQUIRE(answers.at(which).kind == static_cast<std::uint16_t>(rpc_kind::pull));
    stream_piece p;
    REQUIRE(msgpack::unpack(answers[which].bytes, p));
    return p;
  }
  /// Transfers everything from one end to the other. @returns the received bytes
  std::string move_all(byte_pipe& from, byte_pipe& to, const std::string& bytes) {
    std::string out;
    std::size_t written = 0, most = 0;
    for (int rounds = 0; rounds < 100000; ++rounds) {
      while (written < bytes.size() && from.has_room()) {
        CHECK(from.write(bytes.substr(written, piece)));
        written += std::min(piece, bytes.size() - written);
      }
      if (written == bytes.size()) from.finish();
      coordinator.run();
      most = std::max(most, from.waiting() + to.waiting());
      auto part = to.take(10000);
      out += part.bytes;
      if (part.end || part.failed) break;
    }
    CHECK(most <= 2 * window);
    return out;
  }
};

} // namespace

TEST_CASE("the rest of an answer of any length arrives in order, with no more than its windows in memory") {
  stream_world w;
  auto there = w.answered_with_stream(7);
  auto here = w.pull_here(7);
  auto bytes = numbered(5 * window + 12345);
  CHECK(w.move_all(*there, *here, bytes) == bytes);
  // The end of the stream ends the request: its number can be reused.
  w.answers.clear();
  w.pull(7);
  CHECK(w.refusal(0).status == 404);
}

TEST_CASE("the rest of a request of any length arrives in order, with no more than its windows in memory") {
  stream_world w;
  auto there = w.request_with_stream(7);
  auto here = w.push_from_here(7);
  auto bytes = numbered(5 * window + 12345);
  CHECK(w.move_all(*here, *there, bytes) == bytes);
  CHECK(w.failures.empty());
  CHECK(w.answers.empty()); // the request itself is unanswered
  w.frontends->requests[0].done({});
  w.coordinator.run();
  CHECK(w.answers.size() == 1);
}

TEST_CASE("nothing more is asked of a server than the reader has room for") {
  stream_world w;
  auto there = w.answered_with_stream(7);
  auto here = w.pull_here(7);
  auto bytes = numbered(4 * window);
  std::size_t written = 0;
  for (int i = 0; i < 100; ++i) {
    while (written < bytes.size() && there->has_room() && there->write(bytes.substr(written, piece))) written += piece;
    w.coordinator.run();
  }
  CHECK(here->waiting() == window);
  CHECK(there->waiting() <= window);
  CHECK(written <= 2 * window);
}

TEST_CASE("a reader that leaves ends the request at the server") {
  stream_world w;
  auto there = w.answered_with_stream(7);
  auto here = w.pull_here(7);
  here->close();
  w.coordinator.run();
  CHECK(w.told == std::vector{rpc_kind::cancel});
  CHECK(there->closed());
  CHECK(w.frontends->cancelled == 1);
}

TEST_CASE("an answer that breaks off at the server breaks off at the reader, with the reason") {
  stream_world w;
  auto there = w.answered_with_stream(7);
  auto here = w.pull_here(7);
  there->write("abc");
  there->fail({"the disk is gone", 507});
  w.coordinator.run();
  auto part = here->take(10);
  CHECK(part.bytes == "abc");
  REQUIRE(part.failed);
  CHECK(part.failed->text == "the disk is gone");
  CHECK(part.failed->status == 507);
}

TEST_CASE("a request whose rest can't be read at its sender fails at the server, with the reason") {
  stream_world w;
  auto there = w.request_with_stream(7);
  auto here = w.push_from_here(7);
  here->write("abc");
  here->fail({"the disk is gone", 507});
  w.coordinator.run();
  auto part = there->take(10);
  CHECK(part.bytes == "abc");
  REQUIRE(part.failed);
  CHECK(part.failed->status == 507);
}

TEST_CASE("a server that does not want the rest of a request stops its sender") {
  stream_world w;
  auto there = w.request_with_stream(7);
  auto here = w.push_from_here(7);
  there->close();
  remote_answer no;
  no.status = 403;
  w.frontends->requests[0].done(no);
  here->write("abc");
  w.coordinator.run();
  CHECK(here->closed());
  CHECK(w.failures.empty()); // the answer gives the reason
  REQUIRE(!w.answers.empty());
}

TEST_CASE("a link that breaks ends its streams at both ends") {
  stream_world w;
  auto answer = w.answered_with_stream(7);
  auto body = w.request_with_stream(8);
  auto reader = w.pull_here(7);
  auto writer = w.push_from_here(8);
  caf::anon_send(w.gateway, messages::connection_ended{1});
  w.broken = true;
  w.coordinator.run();
  CHECK(answer->closed());
  CHECK(body->take(10).failed);
  CHECK(w.frontends->cancelled == 2);
  CHECK(reader->take(10).failed);
  writer->write("abc");
  w.coordinator.run();
  CHECK(writer->closed());
  REQUIRE(w.failures.size() == 1);
  CHECK_FALSE(w.failures[0].reached); // without its end the request was not executed
}

TEST_CASE("a stream of an unknown number, or of another connection, is refused") {
  stream_world w;
  auto there = w.answered_with_stream(7);
  auto body = w.request_with_stream(8);
  there->write("secret");
  w.answers.clear();
  w.pull(99);
  w.push(99, 0, "x");
  w.pull(8); // before the beginning of its answer
  w.push(7, 0, "x");
  w.peer.connection = 2;
  w.pull(7);
  w.push(8, 0, "x");
  REQUIRE(w.answers.size() == 6);
  for (std::size_t i = 0; i < 6; ++i) CHECK(w.refusal(i).status == 404);
  CHECK(there->waiting() == 6);
  CHECK(body->waiting() == 0);
}

TEST_CASE(
    "a peer that sends a stream out of order, too fast, in too large pieces or beyond its end loses the request") {
  stream_world w;
  auto there = w.request_with_stream(7);
  w.push(7, 0, "abc");
  REQUIRE(w.answers.size() == 1);
  auto part = there->take(10);
  CHECK(part.bytes == "abc");
  SECTION("a gap") { w.push(7, 4, "e"); }
  SECTION("the same twice") { w.push(7, 0, "abc"); }
  SECTION("too large a piece") { w.push(7, 3, std::string(piece + 1, 'x')); }
  SECTION("more than there is room for") {
    for (std::size_t i = 0; i <= window / piece; ++i) w.push(7, 3 + i * piece, std::string(piece, 'x'));
    CHECK(there->waiting() == window);
    there->take(window);
  }
  SECTION("beyond the end") {
    w.push(7, 3, "d", true);
    there->take(1);
    w.push(7, 4, "e");
    CHECK(w.frontends->cancelled == 1);
    return;
  }
  CHECK(w.frontends->cancelled == 1);
  CHECK(there->take(10).failed);
  w.answers.clear();
  w.push(7, 3, "d");
  CHECK(w.refusal(0).status == 404);
}

TEST_CASE("a peer that asks for more of a stream than it can have room for loses the request") {
  stream_world w;
  auto there = w.answered_with_stream(7);
  for (std::size_t i = 0; i <= window / piece; ++i) w.pull(7);
  CHECK(there->closed());
  CHECK(w.frontends->cancelled == 1);
}

TEST_CASE("a pull is given at most a piece, whatever it asks for") {
  stream_world w;
  auto there = w.answered_with_stream(7);
  there->write(std::string(3 * piece, 'x'));
  w.answers.clear();
  w.pull(7, ~std::uint64_t{0});
  w.pull(7, 0);
  CHECK(w.pulled(0).bytes.size() == piece);
  CHECK(w.pulled(1).bytes.size() == 1);
  CHECK(w.pulled(1).offset == piece);
}

TEST_CASE("a stream without news lives on, and its reader sees that") {
  stream_world w;
  auto there = w.answered_with_stream(7);
  w.answers.clear();
  w.pull(7);
  w.advance(9s);
  CHECK(w.answers.empty());
  w.advance(2s);
  CHECK(w.pulled(0).bytes.empty());
  CHECK_FALSE(w.pulled(0).end);
  auto here = w.pull_here(7);
  w.advance(1h);
  CHECK_FALSE(there->closed());
  there->write("news");
  w.coordinator.run();
  CHECK(here->take(10).bytes == "news");
}

TEST_CASE("a reader that asks for no more, and a writer that sends no more, are given up after their time") {
  stream_world w;
  auto answer = w.answered_with_stream(7);
  auto body = w.request_with_stream(8);
  w.push(8, 0, "abc");
  body->take(10);
  w.answers.clear();
  w.advance(29s);
  CHECK(w.answers.empty());
  w.advance(3s);
  CHECK(w.refusal(0).status == 408);
  CHECK(body->take(10).failed);
  CHECK_FALSE(answer->closed());
  w.advance(150s);
  CHECK(answer->closed());
  CHECK(w.frontends->cancelled == 2);
}

TEST_CASE("a writer that waits for room is not one that stalls") {
  stream_world w;
  auto body = w.request_with_stream(8);
  for (std::size_t i = 0; i < window / piece; ++i) w.push(8, i * piece, std::string(piece, 'x'));
  auto answered = w.answers.size();
  CHECK(answered < window / piece);
  w.advance(10min);
  CHECK(w.answers.size() == answered);
  body->take(window);
  w.coordinator.run();
  CHECK(w.answers.size() == window / piece);
}

TEST_CASE("a server that sends what is no next piece is not believed") {
  stream_world w;
  auto there = w.answered_with_stream(7);
  stream_piece lie;
  lie.number = 7;
  lie.bytes = "abc";
  SECTION("out of order") { lie.offset = 5; }
  SECTION("of another stream") { lie.number = 8; }
  SECTION("more than was asked for") { lie.bytes.assign(piece + 1, 'x'); }
  w.lies = [&](const envelope& asked) -> std::optional<envelope> {
    if (asked.kind != static_cast<std::uint16_t>(rpc_kind::pull)) return std::nullopt;
    return envelope_of(rpc_kind::pull, msgpack::pack(lie));
  };
  auto here = w.pull_here(7);
  auto part = here->take(10);
  CHECK(part.bytes.empty());
  REQUIRE(part.failed);
  CHECK(w.told == std::vector{rpc_kind::cancel});
  CHECK(there->closed());
}

TEST_CASE("streams take room, and an agent that opens too many is refused some") {
  stream_world w;
  std::uint64_t number = 0;
  while (w.answers.empty() && number < 1000) w.request(++number, true);
  CHECK(number > 20);
  CHECK(number < 200);
  CHECK(w.refusal(0).status == 503);
  CHECK(w.refusal(0).not_carried_out);
  // Others still get a share, and the end of the connection releases all of it.
  w.peer.connection = 2;
  w.request(1, true);
  CHECK(w.answers.size() == 1);
  caf::anon_send(w.gateway, messages::connection_ended{1});
  w.coordinator.run();
  w.answers.clear();
  for (std::uint64_t i = 2; i < number; ++i) w.request(i, true);
  CHECK(w.answers.empty());
}

TEST_CASE("nothing follows a kind of request that has no stream, nor one without a number") {
  stream_world w;
  rpc_request r;
  r.number = 1;
  r.streams = true;
  w.send(rpc_kind::dns, msgpack::pack(r));
  CHECK(w.refusal(0).status == 400);
  w.request(0, true);
  CHECK(w.refusal(1).status == 400);
}
