#include "protocol/codec/base64.hpp"
#include "protocol/codec/msgpack.hpp"
#include "protocol/swim/key_queries.hpp"
#include "tests/unit/swim/hostile_pool.hpp"

#include <catch2/catch.hpp>
#include <sys/resource.h>

using namespace praetor;
using namespace praetor::swim;
using namespace std::chrono_literals;
using Catch::Contains;

namespace {

constexpr auto most = ~std::uint64_t{0};
constexpr auto free_range = std::uint64_t{1} << 48;

/// One member; the test plays all others.
struct victim {
  std::mt19937_64 random{42};
  time_point now{1h};
  machine m{own(), settings::lan(), random};
  output out;

  victim() {
    m.start(now);
    take();
  }
  static member own() {
    member me;
    me.name = "me", me.address = "10.0.0.1", me.port = 8301;
    return me;
  }
  void take() {
    out = {};
    while (m.has_output()) out = m.take_output();
  }
  void hear(const std::vector<message>& what, const std::string& from = "10.9.0.1:8301", bool proven = true) {
    std::vector<std::string> encoded;
    for (const auto& each : what) encoded.push_back(encode(each));
    m.packet_received(from, compose_packet(encoded), now, proven);
    take();
  }
  void add(const std::string& name) { hear({alive{1, name, "10.1.0." + name.substr(1) + ":8301", {}, {}}}); }
  /// The message is rejected: counted, reported with its sender, and not rebroadcast.
  bool refuses(const message& what) {
    auto before = m.count().refused_messages;
    auto waiting = m.queued();
    hear({what}, "10.9.0.9:7");
    auto after = m.queued();
    bool named = out.notices.size() == 1 && out.notices[0].subject == "10.9.0.9:7" && out.notices[0].text.size() < 300;
    return m.count().refused_messages == before + 1 && named && after.nodes == waiting.nodes &&
           after.intents == waiting.intents && after.events == waiting.events && after.queries == waiting.queries;
  }
  /// The error for a frame; empty if it was accepted.
  std::string refusal_of(const std::string& frame) {
    auto before = m.count().refused_streams;
    auto answer = decode_stream(m.stream_received("10.9.0.9:7", frame, now));
    take();
    REQUIRE(answer);
    auto* no = std::get_if<refusal>(&*answer);
    CHECK((m.count().refused_streams == before + 1) == (no != nullptr));
    return no ? no->text : std::string();
  }
  /// Joins a member that answers with this.
  void join(const push_pull& answer) {
    m.join({"10.1.0.1:8301"}, {}, now);
    take();
    REQUIRE(out.streams.size() == 1);
    m.stream_answered(out.streams[0].token, encode(stream_message(answer)), now);
    take();
  }
  template <class T>
  std::size_t sent() const {
    std::size_t count = 0;
    for (const auto& p : out.packets) {
      auto messages = decode_packet(p.bytes).value();
      for (const auto& each : messages) count += std::holds_alternative<T>(each);
    }
    return count;
  }
};

/// A push/pull whose list `key` has `count` elements of these bytes.
std::string state_with(const std::string& key, std::size_t count, const std::string& element) {
  std::string bytes(1, '\0');
  msgpack::write_map_header(bytes, 1);
  msgpack::write_text(bytes, key);
  msgpack::write_list_header(bytes, count);
  for (; count > 0; --count) bytes += element;
  return bytes;
}

std::size_t peak_kilobytes() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<std::size_t>(usage.ru_maxrss);
}

} // namespace

TEST_CASE("whatever a member hears, it goes on, and what it sends others take") {
  std::uint64_t steps = 0, packets = 0, joins = 0, refused = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    INFO("seed " << seed);
    fuzz::choices what(seed, 20'000);
    test::hostile_pool pool(what);
    pool.run();
    REQUIRE(pool.breach == "");
    steps += pool.steps, packets += pool.packets, joins += pool.joins;
    refused += pool.victim().count().refused_messages;
  }
  CAPTURE(steps, packets, joins, refused);
  CHECK(packets > 10'000);
  CHECK(joins > 100);
  CHECK(refused > 10'000);
}

TEST_CASE("names, addresses and tags beyond their limits are refused in packets") {
  victim v;
  std::string longest(name_limit, 'n'), longer = longest + "n", address = "10.1.0.1:8301";
  CHECK(v.refuses(alive{1, longer, address, {}, {}}));
  CHECK(v.refuses(alive{1, "", address, {}, {}}));
  CHECK(v.refuses(alive{1, "a\nb", address, {}, {}}));
  for (auto bad : {"10.0.0.1\nleave:1", "10.0.0.1 x:1", "10.0.0.1:0", "10.0.0.1", ":1"})
    CHECK(v.refuses(alive{1, "n1", bad, {}, {}}));
  CHECK(v.refuses(alive{1, "n1", std::string(100, '1') + ":1", {}, {}}));
  CHECK(v.refuses(alive{1, "n1", address, {{"k", std::string(tags_limit, 't')}}, {}}));
  CHECK(v.refuses(suspect{1, "n1", longer}));
  CHECK(v.refuses(dead{1, longer, longer}));
  CHECK(v.refuses(join_intent{1, longer}));
  CHECK(v.refuses(leave_intent{1, longer, true}));
  CHECK(v.refuses(ping{1, longer, "n1"}));
  CHECK(v.refuses(indirect_ping{1, "n1", "10.0.0.1:0", "n2", true}));
  CHECK(v.refuses(query_response{1, 1, longer, false, {}}));
  CHECK(v.m.member_count() == 1);
  v.hear({alive{1, longest, address, {{"k", std::string(tags_limit - 8, 't')}}, {}}});
  CHECK(v.m.find(longest).has_value());
  // It can be gossiped and probed.
  for (int i = 0; i < 20; ++i) {
    v.now = std::max(v.now, v.m.next_deadline());
    v.m.tick(v.now);
    v.take();
  }
}

TEST_CASE("a name of 70,000 letters in a state is refused and ends nobody") {
  victim v;
  push_pull s;
  s.nodes = {{alive{1, std::string(70'000, 'x'), "10.1.0.1:8301", {}, {}}, node_condition::alive}};
  CHECK_THAT(v.refusal_of(encode(stream_message(s))), Contains("more than the limit of"));
  s.nodes[0].is.name = std::string(300, 'x');
  CHECK_THAT(v.refusal_of(encode(stream_message(s))), Contains("longer than 255 bytes"));
  s.nodes.clear();
  s.left = {std::string(70'000, 'x')};
  CHECK_THAT(v.refusal_of(encode(stream_message(s))), Contains("longer than 255 bytes"));
  s.left.clear();
  s.status_times[std::string(70'000, 'x')] = 1;
  CHECK_THAT(v.refusal_of(encode(stream_message(s))), Contains("longer than 255 bytes"));
  s.status_times.clear();
  s.events = {{1, "e", std::string(70'000, 'x'), false}};
  CHECK_THAT(v.refusal_of(encode(stream_message(s))), Contains("more than the limit of"));
  s.events.clear();
  s.nodes = {{alive{1, "n1", "10.1.0.1:8301", {}, {}}, static_cast<node_condition>(9)}};
  CHECK_THAT(v.refusal_of(encode(stream_message(s))), Contains("no known condition"));
  CHECK(v.m.member_count() == 1);
  CHECK_THAT(v.refusal_of(encode(stream_message(ping{1, std::string(70'000, 'x'), "a"}))), Contains("longer than"));
}

TEST_CASE("nil members are an error, nil lists are empty ones") {
  victim v;
  for (auto list : {"n", "e"}) CHECK_THAT(v.refusal_of(state_with(list, 3, "\xc0")), Contains("is nil"));
  CHECK_THAT(v.refusal_of(state_with("lm", 3, "\xc0")), Contains("is nil"));
  CHECK_THAT(v.refusal_of(state_with("n", 3, "\x80")), Contains("name is empty"));
  CHECK_THAT(v.refusal_of(std::string("\x00\xc0", 2)), Contains("is nil"));
  CHECK_THAT(v.refusal_of(state_with("n", member_limit + 1, "\xc0")), Contains("more than the limit of 65536"));
  std::string empty(1, '\0');
  msgpack::write_map_header(empty, 1);
  msgpack::write_text(empty, "n");
  msgpack::write_nil(empty);
  CHECK(v.refusal_of(empty).empty());
}

TEST_CASE("the memory for a state is in proportion to its bytes") {
  constexpr std::size_t size = 4 * 1024 * 1024;
  std::string fields; // a member with many small tags
  msgpack::write_map_header(fields, 1);
  msgpack::write_text(fields, "n");
  msgpack::write_map_header(fields, 1);
  msgpack::write_text(fields, "t");
  msgpack::write_map_header(fields, size / 5);
  for (std::size_t i = 0; i < size / 5; ++i) {
    msgpack::write_text(fields,
                        std::string({static_cast<char>(i), static_cast<char>(i >> 8), static_cast<char>(i >> 16)}));
    msgpack::write_nil(fields);
  }
  std::string small; // the smallest valid member
  msgpack::pack(small, node_entry{alive{0, "n", "1.1.1.1:1", {}, {}}, node_condition::alive});
  auto before = peak_kilobytes();
  for (const auto& bytes :
       {state_with("n", 65'536, "\xc0"), state_with("e", 65'536, "\x80"), state_with("lm", size, "\xc0"),
        state_with("lm", 65'536, "\xa0"), state_with("n", 1, fields),
        state_with("n", 1, std::string("\xdf\x7f\xff\xff\xff", 5)), state_with("n", 65'536, small)})
    (void)decode_stream(bytes);
  CHECK(peak_kilobytes() - before < 16 * size / 1024);
}

TEST_CASE("a packet has a bounded length, number of messages and number of answers") {
  victim v;
  v.m.packet_received("10.9.0.9:7", "PG\x01" + std::string(packet_limit, 'x'), v.now);
  v.take();
  CHECK(v.m.count().refused_packets == 1);
  CHECK_THAT(v.out.notices[0].text, Contains("more than the 2048 bytes"));
  v.m.packet_received("10.9.0.9:7", compose_packet(std::vector<std::string>(packet_message_limit + 1, "\x63")), v.now);
  v.take();
  CHECK_THAT(v.out.notices[0].text, Contains("more than 255 messages"));
  v.m.packet_received("10.9.0.9:7", compose_packet({std::string(message_limit + 1, '\x63')}), v.now);
  v.take();
  CHECK_THAT(v.out.notices[0].text, Contains("more than the limit of"));
  CHECK(v.m.count().refused_packets == 3);
  v.hear(std::vector<message>(100, ping{1, "me", "n1"}));
  CHECK(v.sent<ack>() == packet_question_limit);
  CHECK(v.m.count().refused_messages == 100 - packet_question_limit);
  // A bad message does not invalidate the good ones beside it.
  v.hear({suspect{1, std::string(300, 'x'), "n1"}, alive{1, "n1", "10.1.0.1:8301", {}, {}}});
  CHECK(v.m.find("n1").has_value());
}

TEST_CASE("nobody is sent more than this member was, but members") {
  victim v;
  v.add("n1"); // to have gossip pending
  v.hear({ping{1, "me", "n9"}}, "10.9.0.9:7");
  REQUIRE(v.out.packets.size() == 1);
  CHECK(decode_packet(v.out.packets[0].bytes)->size() == 1);
  v.hear({ping{1, "me", "n1"}}, "10.9.0.9:7"); // with a member's name, from another address
  CHECK(decode_packet(v.out.packets[0].bytes)->size() == 1);
  v.hear({ping{1, "me", "n1"}}, "10.1.0.1:8301");
  CHECK(decode_packet(v.out.packets[0].bytes)->size() > 1);
  query q;
  q.time = 1, q.source = "n9", q.address = "10.7.7.7:53", q.wants_ack = true, q.timeout = 5s;
  v.hear({q});
  CHECK(v.out.packets.empty()); // answering anyone would amplify one packet into a flood
  q.id = 1, q.source = "n1";
  v.hear({q});
  CHECK(v.out.packets.empty());
  q.id = 2, q.address = "10.1.0.1:8301";
  v.hear({q});
  CHECK(v.sent<query_response>() == 1);
}

TEST_CASE("queries with costly filters and too many relays are refused") {
  victim v;
  query q;
  q.time = 1, q.source = "n1", q.address = "10.1.0.1:8301";
  q.relay_factor = 6;
  CHECK(v.refuses(q));
  q.relay_factor = 0;
  for (std::size_t i = 0; i <= query_filter_limit; ++i) q.tags["k" + std::to_string(i)] = ".";
  CHECK(v.refuses(q));
  q.tags = {{"role", "((a{100}){100}){100}"}};
  v.hear({q});
  CHECK(v.out.queries.empty());
  query_options how;
  how.tags = q.tags;
  CHECK_FALSE(v.m.send_query("q", "", how, v.now));
}

TEST_CASE("no member pushes the clocks to their end") {
  victim v;
  v.add("n1");
  for (auto time : {most, most - 1, std::uint64_t{1} << 62, (std::uint64_t{1} << 62) - 1, free_range + 1}) {
    CHECK(v.refuses(join_intent{time, "n1"}));
    CHECK(v.refuses(leave_intent{time, "n1", false}));
    CHECK(v.refuses(user_event{time, "e", "", false}));
    query q;
    q.time = time, q.source = "n1", q.address = "10.1.0.1:8301";
    CHECK(v.refuses(q));
  }
  push_pull s;
  s.time = s.event_time = s.query_time = most;
  s.status_times = {{"n1", most}, {"n2", most}};
  s.left = {"n2"};
  s.events = {{most, "e", "", false}};
  CHECK(v.refusal_of(encode(stream_message(s))).empty());
  auto clocks = v.m.clocks();
  CHECK(clocks.member < 10);
  CHECK(clocks.event < 10);
  CHECK(clocks.query < 10);
  CHECK(v.m.find("n1")->status == member_status::alive);
  // Within the range of honest pools a clock follows at once; beyond it in small steps.
  v.hear({join_intent{free_range, "n1"}});
  CHECK(v.m.clocks().member == free_range + 1);
  v.hear({join_intent{free_range + counter_step, "n1"}});
  CHECK(v.m.clocks().member == free_range + counter_step + 1);
  CHECK(v.refuses(join_intent{free_range + 3 * counter_step, "n1"}));
}

TEST_CASE("who joins takes the clocks of the pool, however far they are") {
  victim v;
  push_pull s;
  s.time = s.event_time = s.query_time = free_range * 4;
  v.join(s);
  CHECK(v.m.clocks() == lamport_clocks{free_range * 4 + 1, free_range * 4, free_range * 4}); // it announces itself
  CHECK(v.m.send_user_event("e", "", false, v.now));
  v.take();
  CHECK(v.out.user_events.size() == 1);
  s.event_time = most;
  v.join(s);
  CHECK(v.m.send_user_event("f", "", false, v.now));
  v.take();
  CHECK(v.out.user_events.size() == 1); // events are received all the same
}

TEST_CASE("an accusation with the highest incarnation is not believed, and any other can be denied") {
  victim v;
  for (auto incarnation : {most, most - 1, free_range + counter_step}) {
    CHECK(v.refuses(suspect{incarnation, "me", "n1"}));
    CHECK(v.refuses(dead{incarnation, "me", "n1"}));
    CHECK(v.refuses(alive{incarnation, "me", "10.0.0.1:8301", {{"other", "tags"}}, {}}));
    CHECK(v.refuses(alive{incarnation, "n1", "10.1.0.1:8301", {}, {}}));
  }
  v.add("n1");
  CHECK(v.refuses(suspect{most, "n1", "n2"}));
  CHECK(v.refuses(dead{most, "n1", "n2"}));
  CHECK(v.m.find("n1")->status == member_status::alive);
  v.hear({suspect{free_range, "me", "n1"}});
  REQUIRE_FALSE(v.out.notices.empty());
  CHECK(v.out.notices[0].kind == notice::kind_t::refuted);
  // Others, whose clocks are far lower, accept its messages.
  victim other;
  other.hear({alive{1, "me2", "10.0.0.2:8301", {}, {}}, suspect{free_range, "me2", "n1"},
              alive{free_range + 1, "me2", "10.0.0.2:8301", {{"k", "v"}}, {}}});
  CHECK(other.m.find("me2")->tags == string_map{{"k", "v"}});
}

TEST_CASE("remembered events have a limit, and never keep states from being exchanged") {
  victim v;
  std::string payload(1000, 'p');
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    v.m.packet_received(
        "10.9.0.1:1",
        compose_packet({encode(message(user_event{1 + i / 50, "e" + std::to_string(i), payload, false}))}), v.now);
    v.take();
  }
  auto state = v.m.stream_received("10.9.0.1:1", encode(stream_message(push_pull{})), v.now);
  CHECK(state.size() < 2 * event_share_limit);
  auto decoded = decode_stream(state);
  REQUIRE(decoded);
  const auto& events = std::get<push_pull>(*decoded).events;
  CHECK(events.size() > 500);
  CHECK(events.front().time == 400); // the newest ones
  // Forgotten events are not new.
  v.hear({user_event{1, "e0", payload, false}});
  CHECK(v.out.user_events.empty());
}

TEST_CASE("a pool that is full takes nobody more, and keeps whom it has") {
  victim v;
  push_pull s;
  std::string tag(400, 't');
  for (std::size_t i = 0; i < 36'000; ++i)
    s.nodes.push_back({alive{1, "n" + std::to_string(i), "10.1.0.1:8301", {{"t", tag}}, {}}, node_condition::alive});
  auto half = s.nodes;
  s.nodes.resize(18'000);
  half.erase(half.begin(), half.begin() + 18'000);
  CHECK(v.refusal_of(encode(stream_message(s))).empty());
  s.nodes = half;
  CHECK(v.refusal_of(encode(stream_message(s))).empty());
  auto before = v.m.member_count();
  CHECK(before > 30'000);
  CHECK(before < 36'001);
  v.hear({alive{1, "late", "10.2.0.1:8301", {}, {}}}, "10.9.0.9:7");
  REQUIRE(v.out.notices.size() == 1);
  CHECK(v.out.notices[0].kind == notice::kind_t::member_refused);
  CHECK(v.out.notices[0].subject == "10.9.0.9:7");
  CHECK(v.m.member_count() == before);
  v.hear({alive{2, "n1", "10.1.0.1:8301", {{"t", "new"}}, {}}});
  CHECK(v.m.find("n1")->tags == string_map{{"t", "new"}});
  // Its state still fits into a frame, and others accept it.
  auto state = v.m.stream_received("10.9.0.1:1", encode(stream_message(push_pull{})), v.now);
  CHECK(state.size() < frame_limit);
  CHECK(decode_stream(state));
}

TEST_CASE("who has not proven that it knows a key changes none") {
  victim v;
  v.add("n1");
  query q;
  q.time = 1, q.source = "n1", q.address = "10.1.0.1:8301", q.timeout = 5s;
  for (auto operation : {key_operation::install, key_operation::use, key_operation::remove, key_operation::list}) {
    q.name = query_name(operation);
    ++q.id;
    v.hear({q}, "10.1.0.1:8301", false);
    CHECK(v.out.queries.empty());
    CHECK(v.m.queued().queries == 0); // no one else takes it for authenticated
  }
  CHECK(v.m.count().refused_messages == 4);
  v.hear({q}, "10.1.0.1:8301", true);
  CHECK(v.out.queries.size() == 1);
  q.name = "other", ++q.id;
  v.hear({q}, "10.1.0.1:8301", false);
  CHECK(v.out.queries.size() == 1);
}

TEST_CASE("a key ring holds a bounded number of keys, and garbage is none") {
  keyring keys;
  for (std::size_t i = 0; i < key_limit; ++i)
    REQUIRE(keys.install(base64_encode(std::string(16, static_cast<char>('a' + i)))));
  CHECK_THAT(keys.install(base64_encode(std::string(16, 'Z'))).error().text, Contains("key ring is full"));
  CHECK(keys.install(keys.encoded()[3])); // is there already
  bool changed = false;
  for (const auto& garbage : {std::string(), std::string("\xc0"), std::string("\xff\xff"), key_query_payload("!"),
                              key_query_payload(base64_encode("short")), std::string(900, '\xdd')}) {
    auto answer = msgpack::unpack<key_answer>(answer_key_query(keys, key_operation::install, garbage, changed));
    REQUIRE(answer);
    CHECK_FALSE(answer->result);
    CHECK_FALSE(changed);
  }
  CHECK(answer_key_query(keys, key_operation::list, {}, changed).size() <= 1024 - 64);
}

TEST_CASE("a member's list of keys counts each of them once, and no garbage") {
  auto key = base64_encode(std::string(16, 'k'));
  key_tally tally(1);
  key_answer answer;
  answer.result = true;
  answer.keys = {key, key, key, "garbage", ""};
  answer.primary = "garbage";
  tally.add("n1", msgpack::pack(answer));
  CHECK(tally.keys == std::map<std::string, std::size_t>{{key, 1}});
  CHECK(tally.primary_keys.empty());
  CHECK(tally.messages.size() == 1);
}

TEST_CASE("the header of a frame shows whether it can be read at all") {
  auto plain = wrap_frame({}, {}, "x", {});
  CHECK(judge_header(false, {}, plain));
  CHECK_FALSE(judge_header(true, {}, plain));
  CHECK(judge_header(true, {false, true}, plain));
  plain[1] = 'X';
  CHECK(judge_header(true, {}, plain));
  CHECK_FALSE(judge_header(false, {}, plain));
}
