#include "protocol/swim/machine.hpp"
#include "protocol/swim/sealing.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace praetor;
using namespace praetor::swim;
using namespace std::chrono_literals;

namespace {

/// One machine; the test plays all others.
struct stage {
  std::mt19937_64 random{42};
  time_point now{1h};
  machine m;
  output out;

  explicit stage(settings limits = settings::lan()) : m(make_own(), limits, random) {
    m.start(now);
    take();
  }
  static member make_own() {
    member own;
    own.name = "me", own.address = "10.0.0.1", own.port = 8301;
    return own;
  }
  static std::string address(const std::string& name) { return "10.1.0." + name.substr(1) + ":8301"; }

  void take() {
    out = {};
    while (m.has_output()) out = m.take_output();
  }
  void hear(const message& what, const std::string& from = "10.9.0.1:8301") {
    m.packet_received(from, compose_packet({encode(what)}), now);
    take();
  }
  void add(const std::string& name) { hear(alive{1, name, address(name), {}, {}}); }
  /// Advances to the next deadline; collects the output.
  void step() {
    now = std::max(now, m.next_deadline());
    m.tick(now);
    take();
  }
  template <class T>
  std::vector<std::pair<std::string, T>> sent() const {
    std::vector<std::pair<std::string, T>> result;
    for (const auto& p : out.packets) {
      auto messages = decode_packet(p.bytes).value();
      for (auto& each : messages)
        if (auto* wanted = std::get_if<T>(&each)) result.emplace_back(p.to, *wanted);
    }
    return result;
  }
  /// Advances until a direct ping is sent.
  ping await_ping() {
    for (int i = 0; i < 1000; ++i) {
      step();
      if (auto pings = sent<ping>(); !pings.empty()) return pings[0].second;
    }
    FAIL("no ping");
    return {};
  }
};

} // namespace

TEST_CASE("a probe goes direct, then through others and over a stream, and then raises a suspicion") {
  stage s;
  for (auto name : {"n1", "n2", "n3", "n4", "n5"}) s.add(name);
  auto asked = s.await_ping();
  auto start = s.now;
  while (s.sent<indirect_ping>().empty()) s.step();
  CHECK(s.now - start == 500ms);
  auto indirect = s.sent<indirect_ping>();
  REQUIRE(indirect.size() == 3);
  for (const auto& [to, p] : indirect) {
    CHECK(to != stage::address(asked.target));
    CHECK(p.sequence == asked.sequence);
    CHECK(p.target == asked.target);
    CHECK(p.address == stage::address(asked.target));
    CHECK(p.wants_nack);
  }
  REQUIRE(s.out.streams.size() == 1);
  CHECK(s.out.streams[0].to == stage::address(asked.target));
  CHECK(s.out.streams[0].timeout == 500ms);
  CHECK(std::get<ping>(decode_stream(s.out.streams[0].bytes).value()).target == asked.target);
  // All three send nacks: this node's connection is not the problem (Lifeguard, LHA Probe).
  for (int i = 0; i < 3; ++i) s.hear(nack{asked.sequence});
  while (s.out.notices.empty()) s.step();
  CHECK(s.now - start == 1s);
  CHECK(s.out.notices[0].kind == notice::kind_t::suspected);
  CHECK(s.out.notices[0].subject == asked.target);
  CHECK(s.m.health_score() == 0);
  // No one fails before the longest suspicion has timed out: 6 x 4 s.
  bool failed = false;
  auto others_answer = [&] {
    for (const auto& [to, p] : s.sent<ping>())
      if (p.target != asked.target)
        s.m.packet_received(to, compose_packet({encode(message(ack{p.sequence, {}}))}), s.now);
  };
  while (!failed && s.now - start < 60s) {
    s.step();
    failed = !s.out.member_events.empty();
    if (!failed) others_answer();
  }
  REQUIRE(failed);
  CHECK(s.out.member_events[0].change == member_change::fail);
  CHECK(s.out.member_events[0].who.name == asked.target);
  CHECK(s.now - start == 25s);
}

TEST_CASE("nacks that do not come make a node doubt itself, and give others more time") {
  stage s;
  for (auto name : {"n1", "n2", "n3", "n4", "n5"}) s.add(name);
  s.await_ping();
  while (s.m.health_score() == 0) s.step();
  CHECK(s.m.health_score() == 3);
  auto next = s.await_ping();
  auto start = s.now;
  while (s.sent<ping>().empty() || s.sent<ping>()[0].second.sequence == next.sequence) s.step();
  CHECK(s.now - start >= 4s); // its interval is four times as long now
  for (int i = 0; i < 200; ++i) s.step();
  CHECK(s.m.health_score() == 7); // and never more
}

TEST_CASE("an ack in any way ends the probe and heals") {
  for (auto wait : {duration{}, duration{600ms}}) {
    stage s;
    for (auto name : {"n1", "n2", "n3", "n4", "n5"}) s.add(name);
    s.await_ping();
    while (s.m.health_score() == 0) s.step();
    auto asked = s.await_ping();
    auto before = s.m.health_score();
    s.now += wait; // after the direct part of the probe
    s.m.tick(s.now);
    s.take();
    s.hear(ack{asked.sequence, {}}, "10.7.7.7:1");
    CHECK(s.m.health_score() == before - 1);
    s.hear(ack{asked.sequence, {}}, "10.7.7.7:1"); // once
    CHECK(s.m.health_score() == before - 1);
  }
}

TEST_CASE("a stream that is answered saves a silent member") {
  stage s;
  s.add("n1");
  auto asked = s.await_ping();
  while (s.out.streams.empty()) s.step();
  s.m.stream_answered(s.out.streams[0].token, encode(stream_message(ack{asked.sequence, {}})), s.now);
  while (s.out.notices.empty()) s.step();
  CHECK(s.out.notices[0].kind == notice::kind_t::stream_only);
  CHECK(s.m.find("n1")->status == member_status::alive);
  CHECK(s.sent<suspect>().empty());
}

TEST_CASE("an intermediary passes the answer on, or says that there is none") {
  stage s;
  s.hear(indirect_ping{77, "n2", "10.1.0.2:8301", "n1", true}, "10.1.0.1:8301");
  auto pings = s.sent<ping>();
  REQUIRE(pings.size() == 1);
  CHECK(pings[0].first == "10.1.0.2:8301");
  CHECK(pings[0].second.target == "n2");
  s.hear(ack{pings[0].second.sequence, coordinate{}}, "10.1.0.2:8301");
  auto acks = s.sent<ack>();
  REQUIRE(acks.size() == 1);
  CHECK(acks[0].first == "10.1.0.1:8301");
  CHECK(acks[0].second == ack{77, {}});

  s.hear(indirect_ping{78, "n2", "10.1.0.2:8301", "n1", true}, "10.1.0.1:8301");
  auto start = s.now;
  while (s.sent<nack>().empty()) s.step();
  CHECK(s.now - start == 500ms);
  CHECK(s.sent<nack>()[0].second == nack{78});
  s.hear(indirect_ping{79, "n2", "10.1.0.2:8301", "n1", false}, "10.1.0.1:8301");
  s.now += 2s;
  s.m.tick(s.now);
  s.take();
  CHECK(s.sent<nack>().empty());
}

TEST_CASE("a ping is answered to where it came from, and only if it means this node") {
  stage s;
  s.hear(ping{5, "me", "n1"}, "10.4.4.4:99");
  REQUIRE(s.sent<ack>().size() == 1);
  CHECK(s.sent<ack>()[0].first == "10.4.4.4:99");
  CHECK(s.sent<ack>()[0].second.place == s.m.coordinate());
  s.hear(ping{5, "somebody else", "n1"}, "10.4.4.4:99");
  CHECK(s.out.packets.empty());
}

TEST_CASE("a suspect is told so with the next ping") {
  stage s;
  s.add("n1");
  s.hear(suspect{1, "n1", "n9"});
  auto asked = s.await_ping();
  CHECK(asked.target == "n1");
  REQUIRE(s.sent<suspect>().size() >= 1);
  CHECK(s.sent<suspect>()[0].second.name == "n1");
}

TEST_CASE("what is said of a member counts by its incarnation") {
  struct row {
    message word;
    member_status status;
  };
  // n1 is alive in incarnation 5.
  for (const auto& [word, status] :
       {row{dead{4, "n1", "n9"}, member_status::alive}, row{dead{5, "n1", "n9"}, member_status::failed},
        row{dead{6, "n1", "n9"}, member_status::failed}, row{dead{5, "n1", "n1"}, member_status::failed},
        row{suspect{6, "n1", "n9"}, member_status::alive}}) {
    stage s;
    s.hear(alive{5, "n1", "10.1.0.1:8301", {}, {}});
    s.hear(word);
    CHECK(s.m.find("n1")->status == status);
    // An equal or older alive message is not new; a newer one is.
    s.hear(alive{5, "n1", "10.1.0.1:8301", {{"k", "old"}}, {}});
    CHECK(s.m.find("n1")->tags.empty());
    s.hear(alive{7, "n1", "10.1.0.1:8301", {{"k", "new"}}, {}});
    CHECK(s.m.find("n1")->status == member_status::alive);
    CHECK(s.m.find("n1")->tags == string_map{{"k", "new"}});
  }
}

TEST_CASE("who believes something else than the member it probes exchanges states with it, ever more rarely") {
  stage s;
  s.add("n1");
  auto answer = [&](std::optional<std::uint64_t> roster) {
    s.hear(ack{s.await_ping().sequence, {}, roster}, stage::address("n1"));
  };
  while (s.m.queued().nodes > 0) answer({});
  s.hear(ping{9, "me", "n1"});
  auto own = s.sent<ack>()[0].second.roster;
  REQUIRE(own);
  auto exchanges_in = [&](int probes, std::uint64_t theirs) {
    int exchanges = 0;
    for (int i = 0; i < probes; ++i) {
      answer(theirs);
      for (const auto& r : s.out.streams) exchanges += r.to == stage::address("n1");
    }
    return exchanges;
  };
  CHECK(exchanges_in(20, *own) == 0);
  CHECK(exchanges_in(1, *own + 1) == 1);
  auto often = exchanges_in(60, *own + 1);
  CHECK(often >= 3);
  CHECK(often <= 6);
  CHECK(exchanges_in(1, *own) == 0);
  s.now += 1min;
  CHECK(exchanges_in(3, *own + 1) >= 2); // they agreed meanwhile: as at first
}

TEST_CASE("accusations of this node are outbid") {
  stage s;
  s.add("n1");
  for (const auto& word : {message(suspect{10, "me", "n1"}), message(dead{20, "me", "n1"}),
                           message(alive{30, "me", "10.0.0.1:8301", {{"not", "mine"}}, {}})}) {
    s.hear(word);
    REQUIRE(s.out.notices.size() == 1);
    CHECK(s.out.notices[0].kind == notice::kind_t::refuted);
  }
  CHECK(s.m.health_score() == 3);
  s.m.tick(s.now);
  s.take();
  bool outbid = false;
  for (int i = 0; i < 5; ++i, s.step())
    for (const auto& [to, a] : s.sent<alive>())
      if (a.name == "me" && a.incarnation == 31) outbid = true;
  CHECK(outbid);
  s.hear(suspect{12, "me", "n1"}); // an older incarnation
  CHECK(s.out.notices.empty());
}

TEST_CASE("intents count by their time, and wait for members that are still unknown") {
  stage s;
  s.hear(leave_intent{10, "n1", false});
  s.add("n1");
  CHECK(s.m.find("n1")->status == member_status::leaving);
  s.hear(join_intent{9, "n1"});
  CHECK(s.m.find("n1")->status == member_status::leaving);
  CHECK_FALSE(s.out.status_changed);
  s.hear(join_intent{11, "n1"});
  CHECK(s.m.find("n1")->status == member_status::alive);
  CHECK(s.out.status_changed); // without an event
  s.hear(leave_intent{12, "n1", false});
  CHECK(s.out.status_changed);
  s.hear(dead{1, "n1", "n1"});
  CHECK(s.m.find("n1")->status == member_status::left);
  CHECK(s.m.clocks().member == 13);
  // Old ones are dropped.
  s.hear(leave_intent{20, "n2", false});
  s.now += 6min;
  s.m.tick(s.now);
  s.add("n2");
  CHECK(s.m.find("n2")->status == member_status::alive);
  // No one can drive the clock to its end.
  s.hear(leave_intent{~0ull, "n2", false});
  CHECK(s.m.find("n2")->status == member_status::alive);
  CHECK(s.m.clocks().member == 21);
}

TEST_CASE("nobody is told that a member left at the time of its return") {
  stage s;
  s.add("n1");
  s.hear(leave_intent{10, "n1", false});
  s.hear(dead{1, "n1", "n1"});
  REQUIRE(s.m.find("n1")->status == member_status::left);
  auto told = [&] {
    push_pull asked;
    auto answer = decode_stream(s.m.stream_received("10.9.0.1:8301", encode(stream_message(asked)), s.now));
    s.take();
    return std::get<push_pull>(answer.value());
  };
  s.hear(join_intent{11, "n1"}); // earlier than its alive message
  CHECK(told().left == std::vector<std::string>{"n1"});
  CHECK(told().status_times.at("n1") == 10);
  s.hear(alive{2, "n1", stage::address("n1"), {}, {}});
  CHECK(s.m.find("n1")->status == member_status::alive);
  CHECK(told().left.empty());
  CHECK(told().status_times.at("n1") == 11);
  s.hear(leave_intent{11, "n1", false}); // from another member nevertheless
  CHECK(s.m.find("n1")->status == member_status::alive);
}

TEST_CASE("a member answers every intent of its own name that it did not announce with a later one") {
  stage s;
  s.add("n1");
  auto newest_join = [&] {
    lamport_time newest = 0;
    for (int i = 0; i < 10; ++i, s.step())
      for (const auto& [to, said] : s.sent<join_intent>())
        if (said.name == "me") newest = std::max(newest, said.time);
    return newest;
  };
  // A forged join first: members that accept the leave of the same time need a later message.
  s.hear(join_intent{1 << 20, "me"});
  CHECK(newest_join() == (1 << 20) + 1);
  s.hear(leave_intent{(1 << 20) + 1, "me", false});
  CHECK(newest_join() == (1 << 20) + 2);
  s.hear(leave_intent{1 << 20, "me", false}); // known to be over
  s.hear(join_intent{(1 << 20) + 2, "me"});   // its own, back again
  CHECK(s.m.clocks().member == (1 << 20) + 3);
  CHECK(s.m.own().status == member_status::alive);
}

TEST_CASE("packets stay within their budget, encryption included") {
  auto limits = settings::lan();
  limits.packet_overhead = sealed_packet_overhead;
  stage s(limits);
  for (int i = 1; i < 60; ++i)
    s.hear(alive{1,
                 "n" + std::to_string(i),
                 stage::address("n" + std::to_string(i)),
                 {{"tag", std::string(static_cast<std::size_t>(i * 6), 'x')}},
                 {}});
  REQUIRE(s.m.send_user_event("e", std::string(450, 'p'), false, s.now));
  std::size_t largest = 0, packets = 0;
  for (int i = 0; i < 100; ++i) {
    s.step();
    for (const auto& p : s.out.packets) largest = std::max(largest, p.bytes.size()), ++packets;
  }
  CHECK(packets > 30);
  CHECK(largest + sealed_packet_overhead <= 1400);
  CHECK(largest > 1200); // and uses it
}

TEST_CASE("events that are too large are refused, old ones and copies are dropped") {
  stage s;
  CHECK(s.m.send_user_event("e", std::string(512, 'x'), false, s.now).error().text ==
        "user event exceeds configured limit of 512 bytes before encoding");
  CHECK_FALSE(s.m.send_user_event("e", std::string(508, 'x'), false, s.now));
  auto heard = [&](const user_event& e) {
    s.hear(e);
    return s.out.user_events.size();
  };
  CHECK(heard({1000, "e", "1", false}) == 1);
  CHECK(heard({1000, "e", "1", false}) == 0);
  CHECK(heard({1000, "e", "2", false}) == 1);
  CHECK(heard({489, "e", "3", false}) == 1);
  CHECK(heard({488, "e", "4", false}) == 0); // more than 512 behind
  CHECK(heard({1512, "e", "5", false}) == 1);
  CHECK(heard({1000, "e", "6", false}) == 0);
}

TEST_CASE("a restored machine delivers nothing that it has seen") {
  std::mt19937_64 random(1);
  machine m(stage::make_own(), settings::lan(), random);
  m.restore({7, 20, 30});
  time_point now(1h);
  m.start(now);
  CHECK(m.clocks() == lamport_clocks{8, 21, 31});
  query old;
  old.time = 30, old.source = "n1", old.address = "10.1.0.1:8301", old.timeout = 5s;
  m.packet_received("10.1.0.1:1",
                    compose_packet({encode(message(user_event{20, "e", "", false})), encode(message(old))}), now);
  auto out = m.take_output();
  CHECK(out.user_events.empty());
  CHECK(out.queries.empty());
  m.packet_received("10.1.0.1:1", compose_packet({encode(message(user_event{21, "e", "", false}))}), now);
  CHECK(m.take_output().user_events.size() == 1);
}

TEST_CASE("late and oversized answers are refused") {
  stage s;
  s.add("n1");
  query q;
  q.time = 5, q.id = 9, q.source = "n1", q.address = "10.1.0.1:8301", q.timeout = 5s, q.wants_ack = true;
  s.hear(q);
  REQUIRE(s.out.queries.size() == 1);
  CHECK(s.out.queries[0].deadline == s.now + 5s);
  auto acks = s.sent<query_response>();
  REQUIRE(acks.size() == 1);
  CHECK(acks[0].first == "10.1.0.1:8301");
  CHECK(acks[0].second == query_response{5, 9, "me", true, ""});
  auto handle = s.out.queries[0].handle;
  CHECK(s.m.respond(handle, std::string(1024, 'x'), s.now).error().text == "response exceeds limit of 1024 bytes");
  s.hear(q); // a repetition is not new
  CHECK(s.out.queries.empty());
  s.now += 5s;
  s.m.tick(s.now);
  CHECK(s.m.respond(handle, "x", s.now).error().text == "response is past the deadline");
}

TEST_CASE("only answers, and only to members, are relayed") {
  stage s;
  s.add("n1");
  auto answer = encode(message(query_response{1, 1, "n2", false, "x"}));
  s.hear(relay{"10.1.0.1:8301", answer});
  REQUIRE(s.out.packets.size() == 1);
  CHECK(s.out.packets[0] == packet{"10.1.0.1:8301", compose_packet({answer})});
  s.hear(relay{"10.66.0.1:53", answer});
  CHECK(s.out.packets.empty());
  s.hear(relay{"10.1.0.1:8301", encode(message(dead{1, "n1", "n1"}))});
  CHECK(s.out.packets.empty());
}

TEST_CASE("names and addresses that would break lines and logs are refused") {
  stage s;
  s.hear(alive{1, "a\nleave", "10.1.0.1:8301", {}, {}});
  s.hear(alive{1, "", "10.1.0.1:8301", {}, {}});
  s.hear(alive{1, "n1", "nowhere", {}, {}});
  CHECK(s.m.member_count() == 1);
}

TEST_CASE("a machine that is stopped is silent") {
  stage s;
  s.add("n1");
  s.m.stop();
  CHECK(s.m.next_deadline() == time_point::max());
  s.m.tick(s.now + 1h);
  s.hear(ping{5, "me", "n1"});
  CHECK_FALSE(s.m.has_output());
  CHECK(s.out.packets.empty());
  CHECK(s.m.stream_received("10.1.0.1:1", encode(stream_message(ping{5, "me", "n1"})), s.now).empty());
}
