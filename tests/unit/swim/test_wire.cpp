#include "protocol/swim/machine.hpp"
#include "protocol/swim/sealing.hpp"
#include "protocol/swim/wire.hpp"

#include <catch2/catch.hpp>

#include "protocol/codec/base64.hpp"

using namespace praetor;
using namespace praetor::swim;
using Catch::Contains;

namespace {

std::vector<message> one_of_each() {
  coordinate place;
  place.vec[2] = 0.25;
  query q;
  q.time = 3, q.id = 0xfffffff0, q.source = "a", q.address = "[::1]:8301", q.nodes = {"x", "y"};
  q.tags = {{"role", "^c"}}, q.wants_ack = true, q.relay_factor = 2, q.timeout = std::chrono::seconds(3);
  q.name = "n", q.payload = std::string("\0\xff", 2);
  return {ping{1, "b", "a"},
          indirect_ping{2, "c", "10.0.0.1:8301", "a", false},
          ack{3, place},
          ack{3, {}},
          nack{0xffffffff},
          suspect{1, "b", "a"},
          alive{1ull << 40, "b", "10.0.0.2:8301", {{"dc", "dc1"}, {"role", "consul"}}, {2, 5, 3, 2, 5, 4}},
          dead{9, "b", "b"},
          join_intent{7, "b"},
          leave_intent{8, "b", true},
          user_event{9, "deploy", "1.2", true},
          q,
          query_response{3, 0xfffffff0, "b", true, "p"},
          relay{"10.0.0.3:8301", "bytes"}};
}

push_pull some_state() {
  push_pull s;
  s.join = true;
  s.nodes = {{alive{1, "a", "10.0.0.1:1", {{"k", "v"}}, {}}, node_condition::alive},
             {alive{2, "b", "10.0.0.2:1", {}, {}}, node_condition::left}};
  s.time = 5, s.event_time = 6, s.query_time = 7;
  s.status_times = {{"a", 3}, {"b", 4}};
  s.left = {"b"};
  s.events = {{5, "e", "p", false}};
  return s;
}

machine make_machine(std::mt19937_64& random) {
  member own;
  own.name = "a", own.address = "10.0.0.1", own.port = 8301;
  return machine(own, settings::lan(), random);
}

} // namespace

TEST_CASE("every message comes back as it was, alone and with others") {
  auto all = one_of_each();
  std::vector<std::string> encoded;
  for (const auto& m : all) {
    encoded.push_back(encode(m));
    auto back = decode_message(encoded.back());
    REQUIRE(back);
    REQUIRE(back->has_value());
    CHECK(**back == m);
  }
  auto back = decode_packet(compose_packet(encoded));
  REQUIRE(back);
  CHECK(*back == all);
}

TEST_CASE("every stream message comes back as it was") {
  for (const auto& m : {stream_message(some_state()), stream_message(ping{1, "a", "b"}), stream_message(ack{1, {}}),
                        stream_message(refusal{"no"})}) {
    auto back = decode_stream(encode(m));
    REQUIRE(back);
    CHECK(*back == m);
  }
}

TEST_CASE("messages of kinds that are not known yet are passed over") {
  auto known = encode(message(nack{5}));
  auto back = decode_packet(compose_packet({std::string("\x63 of the future"), known}));
  REQUIRE(back);
  CHECK(*back == std::vector<message>{nack{5}});
}

TEST_CASE("packets of Consul's own gossip are refused by name") {
  for (int first : {0, 1, 4, 6, 7, 9, 12, 13, 244}) {
    std::string bytes(40, 'x');
    bytes[0] = static_cast<char>(first);
    for (const auto& result : {decode_packet(bytes).error().text, unwrap_packet({}, {}, bytes).error().text,
                               frame_size(bytes).error().text}) {
      CHECK_THAT(result, Contains("Consul's own gossip"));
      CHECK_THAT(result, Contains("first byte " + std::to_string(first)));
    }
  }
}

TEST_CASE("what is no packet says what it is instead") {
  CHECK_THAT(decode_packet("").error().text, Contains("empty"));
  CHECK_THAT(decode_packet("GET / HTTP").error().text, Contains("no gossip of Praetor (first byte 71"));
  CHECK_THAT(decode_packet("PG").error().text, Contains("cut short"));
  CHECK_THAT(decode_packet("PG\x09").error().text, Contains("version 9"));
  CHECK_THAT(decode_packet(std::string("PG\x01\x00", 4)).error().text, Contains("within the length"));
  CHECK_THAT(decode_packet(std::string("PG\x01\x00\x05x", 6)).error().text, Contains("within a message"));
  CHECK_THAT(decode_packet(wrap_frame({}, {}, "x", {})).error().text, Contains("stream's frame"));
  CHECK_THAT(frame_size(compose_packet({"xxxxxxxx"})).error().text, Contains("gossip packet"));
  CHECK_THAT(frame_size("PF\x01\x00\xff\xff\xff\xff").error().text, Contains("cut short"));
  CHECK_THAT(frame_size(std::string("PF\x01\x00\xff\xff\xff\xff", 8)).error().text, Contains("over the limit"));
  CHECK_THAT(decode_stream("").error().text, Contains("no kind"));
  CHECK_THAT(decode_stream("\x50").error().text, Contains("unknown kind 80"));
}

TEST_CASE("cut and altered bytes never do harm") {
  std::mt19937_64 random(4);
  auto m = make_machine(random);
  time_point now(std::chrono::hours(1));
  m.start(now);
  std::vector<std::string> encoded;
  for (const auto& each : one_of_each()) encoded.push_back(encode(each));
  auto whole = compose_packet(encoded);
  auto state = encode(stream_message(some_state()));
  for (std::size_t size = 0; size < whole.size(); ++size) m.packet_received("10.0.0.9:1", whole.substr(0, size), now);
  for (std::size_t size = 0; size < state.size(); ++size) {
    (void)m.stream_received("10.0.0.9:1", state.substr(0, size), now);
    CHECK_FALSE(decode_stream(state.substr(0, size)));
  }
  for (int round = 0; round < 20'000; ++round) {
    auto bytes = round % 2 ? whole : state;
    for (auto changes = 1 + random() % 4; changes > 0; --changes)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    if (round % 2)
      m.packet_received("10.0.0.9:1", bytes, now);
    else
      (void)m.stream_received("10.0.0.9:1", bytes, now);
    now += std::chrono::milliseconds(5);
    m.tick(now);
    (void)m.take_output();
  }
  for (int round = 0; round < 20'000; ++round) {
    std::string bytes(random() % 200, '\0');
    for (auto& c : bytes) c = static_cast<char>(random());
    if (round % 2 && bytes.size() > 3) bytes.replace(0, 3, "PG\x01");
    m.packet_received("10.0.0.9:1", bytes, now);
    (void)m.stream_received("10.0.0.9:1", bytes, now);
    (void)unwrap_packet({}, {}, bytes);
    (void)unwrap_frame({}, {}, bytes);
    (void)m.take_output();
  }
  CHECK(m.own().status == member_status::alive);
}

TEST_CASE("addresses are joined and parted") {
  CHECK(join_address("10.0.0.1", 8301) == "10.0.0.1:8301");
  CHECK(join_address("fe80::1", 1) == "[fe80::1]:1");
  CHECK(parse_address("[fe80::1]:1")->ip == "fe80::1");
  CHECK(parse_address("10.0.0.1:65535")->port == 65535);
  for (auto bad : {"", "10.0.0.1", "10.0.0.1:", "10.0.0.1:x", ":1", "fe80::1:1", "10.0.0.1:65536", "[]:1"})
    CHECK_FALSE(parse_address(bad));
}
