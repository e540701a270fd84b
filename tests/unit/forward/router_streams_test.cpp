#include "actors/rpc/byte_pipe.hpp"
#include "protocol/codec/msgpack.hpp"
#include "router_world.hpp"

#include <catch2/catch.hpp>

using namespace praetor;
using namespace std::chrono_literals;

namespace {

struct streaming_follower : router_world {
  streaming_follower() : router_world(true) {
    servers({"own", "one", "two"});
    link("one", true);
    link("two", true);
    leader("one");
  }
  ~streaming_follower() {
    pipes.clear();
    rest = nullptr;
  }

  /// A streamed request.
  forwarded_request_ptr streaming(const std::string& body) {
    auto r = request(false);
    r->rest = [this, body] {
      pipes.push_back(std::make_shared<byte_pipe>());
      pipes.back()->write(body);
      pipes.back()->finish();
      return pipes.back();
    };
    return r;
  }
  forwarded_request_ptr asking_for_stream() {
    auto r = request(true);
    r->streamed = [this](std::string begun, std::shared_ptr<byte_pipe> pipe) {
      head = std::move(begun);
      rest = std::move(pipe);
    };
    return r;
  }
  rpc_kind kind(std::size_t which) const { return static_cast<rpc_kind>(calls.at(which).call->request.kind); }
  stream_piece pushed(std::size_t which) const {
    stream_piece p;
    REQUIRE(kind(which) == rpc_kind::push);
    REQUIRE(msgpack::unpack(calls[which].call->request.bytes, p));
    return p;
  }

  std::vector<std::shared_ptr<byte_pipe>> pipes; ///< one per attempt
  std::string head;
  std::shared_ptr<byte_pipe> rest;
};

} // namespace

TEST_CASE("the rest of a request follows it to the same server, under its number") {
  streaming_follower w;
  w.send(w.streaming("archive"));
  REQUIRE(w.calls.size() == 2);
  CHECK(w.calls[0].request.streams);
  auto p = w.pushed(1);
  CHECK(w.calls[1].server == "one");
  CHECK(p.number == w.calls[0].request.number);
  CHECK(p.bytes == "archive");
  CHECK(p.end);
  w.answer(1, rpc_kind::push, "");
  w.answer(0, rpc_kind::request, "done");
  CHECK(w.answers.at(0) == expected<std::string>("done"));
}

TEST_CASE("a request whose rest could not be sent is tried again from its beginning") {
  streaming_follower w;
  w.send(w.streaming(std::string(12 * byte_pipe::piece, 'x')));
  REQUIRE(w.pipes.size() == 1);
  auto tried = w.calls.size();
  CHECK(tried > 1);
  w.fail_call(1, true); // not the last piece: nothing can have been executed
  CHECK(w.answers.empty());
  w.advance(2s);
  CHECK(w.pipes.size() == 2);
  REQUIRE(w.calls.size() > tried);
  CHECK(w.calls[tried].request.streams);
  CHECK(w.pushed(tried + 1).offset == 0);
}

TEST_CASE("a request that had been sent whole is not sent again") {
  streaming_follower w;
  w.send(w.streaming("archive"));
  w.fail_call(1, true);
  REQUIRE(w.answers.size() == 1);
  CHECK(w.answers[0].error().text.find("unknown") != std::string::npos);
}

TEST_CASE("nothing more is sent for a request that is answered or cancelled") {
  streaming_follower w;
  auto r = w.request(false);
  auto pipe = std::make_shared<byte_pipe>();
  r->rest = [pipe] { return pipe; };
  w.send(r);
  SECTION("answered") { w.answer(0, rpc_kind::request, "no"); }
  SECTION("cancelled") { w.leave(r); }
  CHECK(pipe->closed());
}

TEST_CASE("the rest of an answer is pulled from the server that gave it") {
  streaming_follower w;
  w.send(w.asking_for_stream());
  w.answer(0, rpc_kind::streamed, "head");
  CHECK(w.head == "head");
  CHECK(w.answers.empty());
  REQUIRE(w.calls.size() > 1);
  CHECK(w.kind(1) == rpc_kind::pull);
  CHECK(w.calls[1].server == "one");
  stream_piece p;
  p.number = w.calls[0].request.number;
  p.bytes = "rest";
  p.end = true;
  w.answer(1, rpc_kind::pull, msgpack::pack(p));
  auto part = w.rest->take(100);
  CHECK(part.bytes == "rest");
  CHECK(part.end);
}

TEST_CASE("an answer whose server is lost in the middle breaks off") {
  streaming_follower w;
  w.send(w.asking_for_stream());
  w.answer(0, rpc_kind::streamed, "head");
  w.fail_call(1, true);
  CHECK(w.rest->take(100).failed);
}

TEST_CASE("a stream that nobody takes is cancelled") {
  streaming_follower w;
  w.send(w.request(true));
  w.answer(0, rpc_kind::streamed, "head");
  REQUIRE(w.answers.size() == 1);
  CHECK(!w.answers[0]);
  REQUIRE(w.told.size() == 1);
  CHECK(w.told[0].second.kind == static_cast<std::uint16_t>(rpc_kind::cancel));
}

TEST_CASE("whoever a request is for is named to the server that is asked") {
  streaming_follower w;
  auto r = w.request(false);
  r->terms.origin = "client 192.0.2.1";
  w.send(r);
  CHECK(w.calls.at(0).request.origin == "client 192.0.2.1");
}

TEST_CASE("of many requests that are held, those that are cancelled are not asked") {
  streaming_follower w;
  w.leader("");
  std::vector<forwarded_request_ptr> held;
  for (int i = 0; i < 100; ++i) {
    held.push_back(w.request(true));
    w.send(held.back());
  }
  for (std::size_t i = 0; i < held.size(); i += 2) w.leave(held[i]);
  w.leader("two", 2);
  w.advance(50ms);
  CHECK(w.calls.size() == 50);
}
