#include <catch2/catch.hpp>
#include <deque>
#include <set>

#include "tests/unit/raft/test_node.hpp"

using namespace praetor::raft;
using namespace praetor::raft::test;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

/// One server under test, to which the test sends messages.
struct lone_server {
  test_node node{on_first_disk("a"), settings{}, 7};
  std::vector<message> sent;
  time_point now = at(seconds(0));

  explicit lone_server(const configuration& members) {
    node.send = [this](message m) { sent.push_back(std::move(m)); };
    if (members.servers.empty()) return;
    node.disk.state.term = 1;
    node.disk.log.push_back(std::make_shared<const entry>(entry{1, 1, entry_kind::configuration, 0, encode(members)}));
  }
  void start() {
    node.start(now);
    node.pump(now);
  }
  machine& get() { return node.get(); }
  void step(const std::string& from, term_t term, message_body body) {
    get().step({on_first_disk(from), node.who, term, std::move(body)}, now);
    node.pump(now);
  }
  void tick(milliseconds later) {
    now += later;
    get().tick(now);
    node.pump(now);
  }
  template <class Body>
  Body last() {
    REQUIRE(!sent.empty());
    auto* body = std::get_if<Body>(&sent.back().body);
    REQUIRE(body);
    return *body;
  }
  /// Wins an election with the votes of b and c.
  void lead() {
    tick(seconds(3));
    REQUIRE(get().role() == role::pre_candidate);
    auto term = get().term() + 1;
    step("b", get().term(), vote_result{true, true, term, {}});
    step("c", get().term(), vote_result{true, true, term, {}});
    step("b", term, vote_result{false, true, term, {}});
    step("c", term, vote_result{false, true, term, {}});
    REQUIRE(get().role() == role::leader);
  }
  /// The log's terms, from index 2 on (1 is the configuration).
  std::vector<term_t> terms() const {
    std::vector<term_t> result;
    for (index_t i = 2; i <= node.get().last_index(); ++i) result.push_back(*node.get().term_at(i));
    return result;
  }
};

void give(test_disk& disk, const std::vector<term_t>& terms) {
  for (auto term : terms) {
    disk.log.push_back(make_entry(disk.last() + 1, term, "t" + std::to_string(term)));
    disk.state.term = std::max(disk.state.term, term);
  }
}

message_body append(index_t prev, term_t prev_term, std::vector<entry_ptr> entries = {}, index_t commit = 0) {
  append_request r;
  r.prev_index = prev;
  r.prev_term = prev_term;
  r.entries = std::move(entries);
  r.commit = commit;
  return r;
}

const auto three = voters({"a", "b", "c"});

} // namespace

TEST_CASE("a vote goes to the first who asks with a log that is not behind", "[raft]") {
  struct row {
    const char* why;
    index_t last;
    term_t last_term;
    term_t term;
    std::string voted_for; // in term 5
    bool granted;
  };
  // The voter is in term 5 with a log that ends at 3 in term 4.
  auto r = GENERATE(values<row>({{"same log", 3, 4, 6, "", true},
                                 {"longer log", 4, 4, 6, "", true},
                                 {"shorter log", 2, 4, 6, "", false},
                                 {"later last term, shorter", 2, 5, 6, "", true},
                                 {"earlier last term, longer", 9, 3, 6, "", false},
                                 {"old term", 9, 4, 4, "", false},
                                 {"own term, free", 3, 4, 5, "", true},
                                 {"own term, given to another", 3, 4, 5, "c", false},
                                 {"own term, given to the same", 3, 4, 5, "b", true}}));
  CAPTURE(r.why);
  lone_server s(three);
  give(s.node.disk, {3, 4});
  s.node.disk.state = {5, r.voted_for.empty() ? identity{} : on_first_disk(r.voted_for)};
  s.start();
  s.now += milliseconds(200); // it may have made a promise before the restart
  s.step("b", r.term, vote_request{false, r.last, r.last_term, {}});
  CHECK(s.last<vote_result>().granted == r.granted);
  CHECK(s.node.disk.state.term == std::max<term_t>(5, r.term));
  if (r.granted) CHECK(s.node.disk.state.voted_for.id == "b");
}

TEST_CASE("a pre-vote changes nothing at the voter", "[raft]") {
  lone_server s(three);
  s.start();
  s.now += seconds(1);
  auto before = s.node.disk.state;
  s.step("b", 2, vote_request{true, 1, 1, {}});
  CHECK(s.last<vote_result>().granted);
  s.step("c", 2, vote_request{true, 1, 1, {}});
  CHECK(s.last<vote_result>().granted);
  CHECK(s.node.disk.state == before);
  CHECK(s.get().term() == 1);
}

TEST_CASE("time-outs are spread between one and two election time-outs", "[raft]") {
  std::set<std::int64_t> seen;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    test_node n(on_first_disk("a"), settings{}, seed);
    n.disk.state.term = 1;
    n.disk.log.push_back(std::make_shared<const entry>(entry{1, 1, entry_kind::configuration, 0, encode(three)}));
    n.start(at(seconds(0)));
    auto wait = n.get().next_deadline() - at(seconds(0));
    CHECK(wait >= seconds(1));
    CHECK(wait < seconds(2));
    seen.insert(wait.count());
  }
  CHECK(seen.size() > 40);
}

// Raft figure 7: a leader of term 8 and six followers whose logs differ from its own in every possible way.
TEST_CASE("figure 7: every follower's log becomes the leader's", "[raft]") {
  const std::vector<term_t> leader_log = {1, 1, 1, 4, 4, 5, 5, 6, 6, 6};
  using row = std::pair<const char*, std::vector<term_t>>;
  auto r = GENERATE(values<row>({{"a", {1, 1, 1, 4, 4, 5, 5, 6, 6}},
                                 {"b", {1, 1, 1, 4}},
                                 {"c", {1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6}},
                                 {"d", {1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7}},
                                 {"e", {1, 1, 1, 4, 4, 4, 4}},
                                 {"f", {1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3}}}));
  CAPTURE(r.first);
  auto two = voters({"a", "b"});
  test_node leader(on_first_disk("a"), settings{}, 1), follower(on_first_disk("b"), settings{}, 2);
  std::deque<message> network;
  auto now = at(seconds(0));
  for (auto* n : {&leader, &follower}) {
    n->disk.log.push_back(std::make_shared<const entry>(entry{1, 1, entry_kind::configuration, 0, encode(two)}));
    n->send = [&](message m) { network.push_back(std::move(m)); };
  }
  give(leader.disk, leader_log);
  give(follower.disk, r.second);
  // The leader of term 8 was elected by others; here it simply acts as one.
  leader.disk.state.term = follower.disk.state.term = 7;
  leader.start(now);
  follower.start(now);
  now += seconds(3);
  leader.get().tick(now);
  leader.pump(now);
  auto vote = [&](bool pre_vote) {
    leader.get().step({follower.who, leader.who, pre_vote ? 7u : 8u, vote_result{pre_vote, true, 8, {}}}, now);
    leader.pump(now);
  };
  vote(true);
  vote(false);
  REQUIRE(leader.get().role() == role::leader);
  int appends = 0;
  while (!network.empty()) {
    auto m = std::move(network.front());
    network.pop_front();
    if (std::holds_alternative<vote_request>(m.body)) continue;
    appends += std::holds_alternative<append_request>(m.body);
    auto& target = m.to == leader.who ? leader : follower;
    target.get().step(std::move(m), now);
    target.pump(now);
  }
  CHECK(appends <= 6); // whole terms are skipped
  REQUIRE(follower.disk.last() == leader.disk.last());
  for (std::size_t i = 0; i < leader.disk.log.size(); ++i) CHECK(*follower.disk.log[i] == *leader.disk.log[i]);
  CHECK(follower.disk.last() == leader_log.size() + 2); // the configuration, and the barrier of term 8
  CHECK(follower.state.index == follower.disk.last());
}

// Raft figure 8: an entry of an earlier term on a majority may still be replaced, so it is not committed by counting
// replicas, but together with an entry of the leader's own term.
TEST_CASE("figure 8: entries of earlier terms are not committed by counting", "[raft]") {
  auto five = voters({"a", "b", "c", "d", "e"});
  lone_server s(five);
  give(s.node.disk, {2}); // not replicated yet
  s.node.disk.state.term = 3;
  s.start();
  s.lead();
  REQUIRE(s.get().term() == 4);
  REQUIRE(s.terms() == std::vector<term_t>{2, 4});
  auto match = [&](const char* from, index_t index) {
    append_result r;
    r.match = index;
    s.step(from, 4, r);
  };
  match("b", 2);
  match("c", 2);
  CHECK(s.get().commit_index() == 0); // a majority has index 2, but with term 2
  match("b", 3);
  CHECK(s.get().commit_index() == 0);
  match("c", 3);
  CHECK(s.get().commit_index() == 3);
  CHECK(s.node.state.index == 3);
}

TEST_CASE("figure 8: what was on a majority under an old term can be replaced", "[raft]") {
  lone_server s(voters({"a", "b", "c", "d", "e"}));
  give(s.node.disk, {2});
  s.node.disk.state.term = 4;
  s.start();
  s.now += seconds(1);
  s.step("e", 5, append(1, 1, {make_entry(2, 3, "e's")}));
  CHECK(s.terms() == std::vector<term_t>{3});
  CHECK(s.last<append_result>().match == 2);
  CHECK(s.node.disk.log[1]->data == "e's");
}

TEST_CASE("a leader's own copy counts only when it is durable", "[raft]") {
  lone_server s(three);
  s.start();
  s.lead();
  s.node.sync(s.now);
  append_result r;
  r.match = 2;
  s.step("b", 2, r);
  REQUIRE(s.get().commit_index() == 2);
  s.node.auto_sync = false;
  REQUIRE(s.get().propose({{entry_kind::command, "x"}}, 5, s.now));
  s.node.pump(s.now);
  r.match = 3;
  s.step("b", 2, r);
  CHECK(s.get().commit_index() == 2);
  s.node.sync(s.now);
  CHECK(s.get().commit_index() == 3);
}

TEST_CASE("two followers make a majority while the leader's disk is slow", "[raft]") {
  lone_server s(three);
  s.start();
  s.lead();
  s.node.auto_sync = false;
  REQUIRE(s.get().propose({{entry_kind::command, "x"}}, 5, s.now));
  s.node.pump(s.now);
  append_result r;
  r.match = 3;
  s.step("b", 2, r);
  s.step("c", 2, r);
  CHECK(s.get().commit_index() == 3);
  CHECK(s.node.state.index == 3);
}

TEST_CASE("stamps never go back", "[raft]") {
  lone_server s(voters({"a"}));
  s.start();
  s.tick(milliseconds(0));
  REQUIRE(s.get().role() == role::leader);
  for (auto wall : {100, 50, 200}) REQUIRE(s.get().propose({{entry_kind::command, ""}}, wall, s.now));
  s.node.pump(s.now);
  std::vector<std::int64_t> stamps;
  for (auto& e : s.node.disk.log) stamps.push_back(e->time_ns);
  CHECK(stamps == std::vector<std::int64_t>{0, 0, 100, 100, 200});
  s.node.crash();
  s.start();
  s.tick(milliseconds(0));
  REQUIRE(s.get().propose({{entry_kind::command, ""}}, 7, s.now));
  s.node.pump(s.now);
  CHECK(s.node.disk.log.back()->time_ns == 200);
}

TEST_CASE("a follower acknowledges only what its disk has", "[raft]") {
  lone_server s(three);
  s.start();
  s.node.auto_sync = false;
  s.step("b", 2, append(1, 1, {make_entry(2, 2, "x")}));
  CHECK(s.sent.empty());
  s.node.sync(s.now);
  CHECK(s.last<append_result>().match == 2);
  s.sent.clear();
  s.step("b", 2, append(2, 2, {make_entry(3, 2, "y")}));
  s.step("b", 2, append(3, 2)); // a heartbeat is answered with the durable index while the disk is busy
  CHECK(s.last<append_result>().match == 2);
  s.step("b", 2, append(2, 2, {make_entry(3, 2, "y")})); // a retransmission waits too
  CHECK(s.sent.size() == 1);
  s.node.sync(s.now);
  CHECK(s.last<append_result>().match == 3);
}

TEST_CASE("malformed messages and those for others are ignored", "[raft]") {
  lone_server s(three);
  s.start();
  auto ignored = [&](message m) {
    auto before = s.get().count().ignored_messages;
    s.get().step(std::move(m), s.now);
    s.node.pump(s.now);
    return s.get().count().ignored_messages == before + 1 && s.sent.empty() && s.get().term() == 1;
  };
  auto b = on_first_disk("b");
  CHECK(ignored({b, {"a", "another disk"}, 9, append(0, 0)}));
  CHECK(ignored({b, {"x", "x1"}, 9, append(0, 0)}));
  CHECK(ignored({{}, s.node.who, 9, append(0, 0)}));
  CHECK(ignored({s.node.who, s.node.who, 9, append(0, 0)}));
  CHECK(ignored({b, s.node.who, 9, append(1, 1, {make_entry(3, 2)})}));  // a gap
  CHECK(ignored({b, s.node.who, 9, append(1, 1, {make_entry(2, 10)})})); // from the future
  CHECK(ignored({b, s.node.who, 9, append(1, 5, {make_entry(2, 4)})}));  // decreasing terms
  CHECK(ignored({b, s.node.who, 9, append(1, 1, {nullptr})}));
  CHECK(ignored({b, s.node.who, 9, snapshot_request{{"s", 5, 1, 0, {}, 10}, 8, "abc", false}})); // beyond its end
  CHECK(ignored({b, s.node.who, 9, snapshot_request{{"s", 5, 1, 0, {}, 10}, 7, "abc", false}})); // the end, not marked
                                                                                                 // as such
  CHECK(ignored({{"stranger", "s1"}, s.node.who, 9, append_result{}}));
  CHECK(ignored({{"b", "another disk"}, s.node.who, 9, vote_result{}}));
}

TEST_CASE("the window bounds what is on its way to a follower", "[raft]") {
  lone_server s(three);
  s.node.limits.max_in_flight_messages = 4;
  s.node.limits.max_append_entries = 2;
  s.start();
  s.lead();
  append_result r;
  r.match = 2;
  s.step("b", 2, r);
  s.sent.clear();
  for (int i = 0; i < 20; ++i) {
    REQUIRE(s.get().propose({{entry_kind::command, "x"}}, 1, s.now));
    s.node.pump(s.now);
  }
  auto to_b = [&] {
    return std::count_if(s.sent.begin(), s.sent.end(), [](const message& m) {
      auto* a = std::get_if<append_request>(&m.body);
      return m.to.id == "b" && a && !a->entries.empty();
    });
  };
  CHECK(to_b() == 4);
  s.sent.clear();
  r.match = 4; // acknowledges two of the four
  s.step("b", 2, r);
  CHECK(to_b() == 2);
  CHECK(std::get<append_request>(s.sent.back().body).entries.size() == 2);
}

TEST_CASE("uncommitted bytes are bounded", "[raft]") {
  lone_server s(three);
  s.node.limits.max_uncommitted_bytes = 1000;
  s.start();
  s.lead();
  auto propose = [&](std::size_t size) {
    return s.get().propose({{entry_kind::command, std::string(size, 'x')}}, 1, s.now);
  };
  REQUIRE(propose(800));
  auto refused = propose(800);
  REQUIRE(!refused);
  CHECK(refused.error() == refusal::overloaded);
  s.node.pump(s.now);
  append_result r;
  r.match = s.get().last_index();
  s.step("b", 2, r);
  CHECK(propose(800));
}

TEST_CASE("apply is handed out in bounded pieces", "[raft]") {
  test_node n(on_first_disk("a"), settings{}, 1);
  n.limits.max_apply_bytes = 300;
  n.disk.state.term = 1;
  n.disk.log.push_back(std::make_shared<const entry>(entry{1, 1, entry_kind::configuration, 0, encode(voters({"a"}))}));
  for (index_t i = 2; i <= 50; ++i) n.disk.log.push_back(make_entry(i, 1, std::string(50, 'x')));
  auto now = at(seconds(0));
  n.start(now);
  n.get().tick(now);
  std::vector<output> taken;
  index_t applied = 0;
  for (int i = 0; i < 200 && applied < 51; ++i) {
    auto out = n.get().take_output(now);
    if (out.must_write) {
      n.disk.write(out);
      n.get().log_written(out.write, now);
    }
    if (out.apply.empty()) continue;
    std::size_t bytes = 0;
    for (auto& e : out.apply) bytes += e->weight();
    CHECK(bytes <= 400);
    applied = out.apply.back()->index;
    CHECK(n.get().take_output(now).apply.size() <= 3); // the window is full until entries are applied
    n.get().applied(applied);
  }
  CHECK(n.get().commit_index() == 51);
}

TEST_CASE("a fresh server bootstraps once", "[raft]") {
  lone_server s(configuration{});
  s.start();
  CHECK(s.get().role() == role::follower);
  s.tick(seconds(10));
  CHECK(s.get().role() == role::follower); // not part of a cluster
  CHECK(s.get().bootstrap(voters({"a"}), s.now));
  CHECK_FALSE(s.get().bootstrap(voters({"a"}), s.now));
  s.node.pump(s.now);
  s.tick(milliseconds(0));
  CHECK(s.get().role() == role::leader);
  CHECK(s.get().commit_index() == 2);
  CHECK(s.get().next_deadline() == time_point::max()); // no ticks while idle
  CHECK_FALSE(s.get().has_output());
}

TEST_CASE("a log that the newest snapshot does not continue is discarded", "[raft]") {
  lone_server s(voters({"a"}));
  give(s.node.disk, {1, 1});
  s.node.disk.snapshot = snapshot_meta{"s", 9, 4, 77, {1, voters({"a"})}, 64};
  s.node.disk.snapshot_bytes = applied_state{}.bytes();
  s.node.disk.state.term = 4;
  s.start();
  CHECK(s.node.disk.before_first == 9);
  CHECK(s.get().first_index() == 10);
  CHECK(s.get().commit_index() == 9);
  s.tick(milliseconds(0));
  CHECK(s.node.disk.last() == 10);
  CHECK(s.node.disk.log.back()->time_ns == 77);
}

TEST_CASE("a snapshot of a term that never reached the disk as such raises the term", "[raft]") {
  lone_server s(three);
  s.node.disk.snapshot = snapshot_meta{"s", 1, 4, 77, {1, three}, 64};
  s.node.disk.snapshot_bytes = applied_state{}.bytes();
  s.start();
  CHECK(s.get().term() == 4);
  CHECK(s.node.disk.state == hard_state{4, {}});
}

TEST_CASE("messages survive the wire", "[raft]") {
  append_request a{5, 2, 4, {make_entry(6, 3, std::string("\0x", 2)), make_entry(7, 3)}, 123456789, 8, 9};
  append_result ar{true, 1, 2, 3, 4, 5, 6, 7, milliseconds(200)};
  snapshot_request sr{{"id", 7, 3, 99, {5, three}, 1000}, 64, std::string(100, '\xff'), false};
  std::vector<message_body> bodies = {vote_request{true, 7, 3, {2, 1}},
                                      vote_result{false, true, 4, milliseconds(3)},
                                      a,
                                      append_request{},
                                      ar,
                                      sr,
                                      snapshot_result{"id", 64, true},
                                      timeout_now{{4, 2}}};
  for (auto& body : bodies) {
    message m{on_first_disk("a"), on_first_disk("b"), 42, body};
    auto bytes = encode(m);
    auto back = decode_message(bytes);
    REQUIRE(back);
    CHECK(*back == m);
    for (std::size_t cut = 0; cut < bytes.size(); ++cut) CHECK_FALSE(decode_message(bytes.substr(0, cut)));
  }
  auto members = voters({"a", "b"});
  members.servers[1].voter = false;
  CHECK(decode_configuration(encode(members)) == members);
  CHECK_FALSE(decode_configuration("nonsense"));
}

TEST_CASE("times scale with the multiplier", "[raft]") {
  auto s = settings::scaled(5);
  CHECK(s.election_timeout == seconds(5));
  CHECK(s.lease_promise == seconds(1));
  CHECK(s.disk_stall == seconds(10));
}
