#include <catch2/catch.hpp>

#include "protocol/raft/limits.hpp"
#include "tests/unit/raft/hostile_peers.hpp"
#include "tests/unit/raft/test_node.hpp"

using namespace praetor::raft;
using namespace praetor::raft::test;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr auto most = ~std::uint64_t{0};

entry_ptr configuration_entry(index_t index, term_t term, const configuration& members) {
  return std::make_shared<const entry>(entry{index, term, entry_kind::configuration, 0, encode(members)});
}

/// Server a, to which the test sends messages. Its log: the configuration of a, b, c, and two committed entries of term
/// 3.
struct server_a {
  test_node node{on_first_disk("a"), settings{}, 7};
  std::vector<message> sent;
  time_point now = at(seconds(10));
  std::optional<refused_message> refused;

  explicit server_a(bool belongs = true) {
    node.send = [this](message m) { sent.push_back(std::move(m)); };
    if (belongs) {
      node.disk.state.term = 3;
      node.disk.log = {configuration_entry(1, 1, voters({"a", "b", "c"})), make_entry(2, 3, "x"),
                       make_entry(3, 3, "y")};
    }
    node.start(now);
    node.pump(now);
    if (belongs) hear("b", 3, append(3, 3, {}, 3));
    now += milliseconds(300); // the promise of a restarted voter has expired
  }
  machine& get() { return node.get(); }
  void hear(const identity& from, term_t term, message_body body) {
    sent.clear();
    get().step({from, node.who, term, std::move(body)}, now);
    auto out = get().take_output(now);
    refused = out.refused;
    // Executes the output as usual.
    pump(std::move(out));
  }
  void hear(const std::string& from, term_t term, message_body body) {
    hear(on_first_disk(from), term, std::move(body));
  }
  static append_request append(index_t prev, term_t prev_term, std::vector<entry_ptr> entries = {},
                               index_t commit = 0) {
    append_request r;
    r.prev_index = prev, r.prev_term = prev_term, r.commit = commit;
    r.entries = std::move(entries);
    return r;
  }
  /// The message is rejected: counted, no answer, and term, vote, leader and log are unchanged.
  bool ignores(const identity& from, term_t term, message_body body, std::uint64_t counters::*kind = nullptr) {
    auto before = get().count();
    auto state = node.disk.state;
    auto leader = get().leader();
    auto last = get().last_index(), commit = get().commit_index();
    hear(from, term, std::move(body));
    auto after = get().count();
    return after.ignored_messages == before.ignored_messages + 1 &&
           (kind == nullptr || after.*kind == before.*kind + 1) && refused && sent.empty() &&
           node.disk.state == state && get().term() == state.term && get().leader() == leader &&
           get().last_index() == last && get().commit_index() == commit;
  }
  bool ignores(const std::string& from, term_t term, message_body body, std::uint64_t counters::*kind = nullptr) {
    return ignores(on_first_disk(from), term, std::move(body), kind);
  }
  /// Wins term 4 with the votes of b and c.
  void lead() {
    now += seconds(3);
    get().tick(now);
    node.pump(now);
    for (bool pre_vote : {true, false}) hear("b", pre_vote ? 3 : 4, vote_result{pre_vote, true, 4, {}});
    REQUIRE(get().role() == role::leader);
  }

private:
  void pump(output&& out) {
    if (out.must_write) node.disk.write(out);
    for (auto* list : {&out.messages, &out.messages_when_durable})
      for (auto& m : *list) sent.push_back(std::move(m));
    if (out.must_write) get().log_written(out.write, now);
    if (!out.apply.empty()) {
      for (const auto& e : out.apply) node.state.apply(*e);
      get().applied(out.apply.back()->index);
    }
    for (const auto& piece : out.chunks)
      get().snapshot_chunk_stored(piece.meta.id, piece.offset + piece.data.size(), now);
    node.pump(now);
  }
};

constexpr auto against = &counters::conflicts;
constexpr auto strange = &counters::strangers;

} // namespace

TEST_CASE("whatever a server hears, it goes on and keeps what Raft promises", "[raft][hostile]") {
  std::uint64_t steps = 0, applied = 0, installs = 0, led = 0, refused = 0, grave = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    INFO("seed " << seed);
    praetor::fuzz::choices what(seed, 40'000);
    hostile_peers world(what, seed % 3 == 0);
    world.run();
    REQUIRE(world.breach == "");
    steps += world.steps, applied += world.applied, installs += world.installs, led += world.led;
    refused += world.count().ignored_messages, grave += world.count().conflicts;
  }
  CAPTURE(steps, applied, installs, led, refused, grave);
  // The runs are meaningful.
  CHECK(applied > 100);
  CHECK(installs > 10);
  CHECK(led > 100);
  CHECK(refused > 1000);
  CHECK(grave > 10);
}

TEST_CASE("a second leader of a term is refused, and the first one goes on", "[raft][hostile]") {
  server_a s;
  CHECK(s.ignores("c", 3, server_a::append(3, 3, {make_entry(4, 3, "z")}), against));
  CHECK(s.refused->grave);
  CHECK(s.refused->from == "c");
  s.hear("b", 3, server_a::append(3, 3, {make_entry(4, 3, "z")}, 4));
  CHECK(s.get().commit_index() == 4);
  // Nor after the first one fell silent and the server started to campaign.
  s.now += seconds(5);
  s.get().tick(s.now);
  s.node.pump(s.now);
  REQUIRE(s.get().role() == role::pre_candidate);
  CHECK(s.ignores("c", 3, server_a::append(4, 3), against));
}

TEST_CASE("a leader does not follow another one of its own term", "[raft][hostile]") {
  server_a s;
  s.lead();
  CHECK(s.ignores("b", 4, server_a::append(3, 3), against));
  CHECK(s.get().role() == role::leader);
}

TEST_CASE("who asks to replace a committed entry is refused", "[raft][hostile]") {
  server_a s;
  CHECK(s.ignores("c", 9, server_a::append(1, 1, {make_entry(2, 9, "other")}), against));
  CHECK(s.ignores("c", 9, server_a::append(3, 2, {make_entry(4, 9, "other")}), against));
  CHECK(s.ignores("c", 9, server_a::append(0, 0, {configuration_entry(1, 9, voters({"c"}))}), against));
  snapshot_meta meta{"s", 3, 9, 0, {1, voters({"a", "b", "c"})}, 3};
  CHECK(s.ignores("c", 9, snapshot_request{meta, 0, "abc", true}, against));
  meta.index = 8, meta.term = 2; // terms never decrease along a log
  CHECK(s.ignores("c", 9, snapshot_request{meta, 0, "abc", true}, against));
  CHECK(s.node.disk.log[1]->data == "x");
}

TEST_CASE("numbers at the end of their range are refused", "[raft][hostile]") {
  server_a s;
  for (auto term : {most, most - 1, (term_t{1} << 48) + 1}) {
    CHECK(s.ignores("b", term, vote_request{false, 3, 3, {}}));
    CHECK(s.ignores("b", term, vote_result{false, false, 3, {}}));
    CHECK(s.ignores("b", term, server_a::append(3, 3)));
    CHECK(s.ignores("b", term, append_result{}));
    CHECK(s.ignores("b", term, timeout_now{}));
  }
  CHECK(s.ignores("b", 0, vote_request{false, 3, 3, {}}));
  CHECK(s.ignores("b", 3, server_a::append(most, 3)));
  CHECK(s.ignores("b", 3, server_a::append(most, 3, {make_entry(0, 3)})));
  CHECK(s.ignores("b", 3, server_a::append(index_limit, 3, {make_entry(index_limit + 1, 3)})));
  auto late = std::make_shared<const entry>(entry{4, 3, entry_kind::command, INT64_MAX, ""});
  CHECK(s.ignores("b", 3, server_a::append(3, 3, {late})));
  snapshot_meta meta{"s", most, 3, 0, {1, voters({"a", "b", "c"})}, 3};
  CHECK(s.ignores("b", 3, snapshot_request{meta, 0, "abc", true}));
  // An election in a term far ahead is possible; beyond that, terms increase in small steps.
  s.now += seconds(2);
  s.hear("b", term_t{1} << 48, vote_request{false, 3, 3, {}});
  CHECK(s.get().term() == term_t{1} << 48);
  s.hear("b", (term_t{1} << 48) + 1, vote_request{false, 3, 3, {}});
  CHECK(s.get().term() == (term_t{1} << 48) + 1);
}

TEST_CASE("a commit index beyond the log commits what is there", "[raft][hostile]") {
  server_a s;
  s.hear("b", 3, server_a::append(3, 3, {make_entry(4, 3, "z")}, most));
  CHECK(s.get().commit_index() == 4);
  s.hear("b", 3, server_a::append(0, 0, {}, most));
  CHECK(s.get().commit_index() == 4);
}

TEST_CASE("a stranger gets no vote, and changes nothing while a leader is known", "[raft][hostile]") {
  server_a s;
  CHECK(s.ignores("x", 4, server_a::append(3, 3, {make_entry(4, 4)}), strange));
  CHECK(s.ignores("x", 4, timeout_now{{3, 1}}, strange));
  CHECK(s.ignores("x", 4, append_result{}, strange));
  CHECK(s.ignores("x", 4, vote_result{false, true, 3, {}}, strange));
  CHECK(s.ignores("x", 4, snapshot_result{"s", 0, true}, strange));
  CHECK(s.ignores(identity{"b", "another disk"}, 4, server_a::append(3, 3), strange));
  s.now += seconds(5); // the leader is unknown now
  CHECK(s.ignores("x", 4, vote_request{true, 99, 3, {}}, strange));
  CHECK(s.ignores("x", 4, vote_request{false, 99, 3, {}}, strange));
  CHECK(s.ignores(identity{"b", "another disk"}, 4, vote_request{false, 99, 3, {}}, strange));
}

// Raft dissertation 4.1: otherwise a server that missed the change could never follow the new leader.
TEST_CASE("a server that missed a change of members follows a leader that it does not know yet", "[raft][hostile]") {
  server_a s;
  s.now += seconds(1);
  auto four = voters({"a", "b", "c", "d"});
  s.hear("d", 4, server_a::append(4, 4)); // further ahead
  REQUIRE(s.sent.size() == 1);
  CHECK(s.get().leader().id == "d");
  s.hear("d", 4, server_a::append(3, 3, {configuration_entry(4, 4, four)}, 4));
  CHECK(s.get().members().value == four);
  CHECK(s.get().count().strangers == 0);
  s.now += seconds(3);
  s.hear("d", 5, vote_request{false, 4, 4, {}}); // a member now
  REQUIRE(s.sent.size() == 1);
  CHECK(std::get<vote_result>(s.sent[0].body).granted);
}

TEST_CASE("a server without a configuration follows whoever leads", "[raft][hostile]") {
  server_a s(false);
  s.hear("x", 4, vote_request{false, 1, 1, {}});
  REQUIRE(s.sent.size() == 1);
  CHECK(std::get<vote_result>(s.sent[0].body).granted);
  s.hear("x", 4, server_a::append(0, 0, {configuration_entry(1, 1, voters({"x", "y", "z"}))}, 1));
  CHECK(s.get().commit_index() == 1);
  CHECK(s.ignores("q", 4, server_a::append(1, 1), strange));
  CHECK(s.ignores("q", 5, server_a::append(1, 1), strange));
  // Its leader may be missing in that configuration, which is an old one: the rest is in transit.
  s.hear("x", 4, server_a::append(1, 1, {make_entry(2, 2)}, 2));
  CHECK(s.get().commit_index() == 2);
}

TEST_CASE("configurations that cannot be one are refused", "[raft][hostile]") {
  server_a s;
  auto refuses = [&](const configuration& members) {
    snapshot_meta meta{"s", 9, 3, 0, {9, members}, 3};
    return s.ignores("b", 3, server_a::append(3, 3, {configuration_entry(4, 3, members)})) &&
           s.ignores("b", 3, snapshot_request{meta, 0, "abc", true});
  };
  auto three = voters({"a", "b", "c"});
  auto twice = three;
  twice.servers.push_back(twice.servers.front());
  CHECK(refuses(twice));
  CHECK(refuses(configuration{}));
  auto voteless = three;
  for (auto& each : voteless.servers) each.voter = false;
  CHECK(refuses(voteless));
  auto nameless = three;
  nameless.servers.push_back({{"", "disk"}, "", true});
  CHECK(refuses(nameless));
  auto long_winded = three;
  long_winded.servers.push_back({{std::string(text_limit + 1, 'x'), "disk"}, "", true});
  CHECK(refuses(long_winded));
  std::vector<std::string> many;
  for (std::size_t i = 0; i <= server_limit; ++i) many.push_back("server" + std::to_string(1000 + i));
  CHECK(refuses(voters(many)));
  many.pop_back();
  s.hear("b", 3, server_a::append(3, 3, {configuration_entry(4, 3, voters(many))}));
  CHECK(s.get().members().value.servers.size() == server_limit);
}

TEST_CASE("a leader proposes no configuration that others would refuse", "[raft][hostile]") {
  server_a s;
  s.lead();
  append_result r;
  r.match = 4;
  s.hear("b", 4, r);
  REQUIRE(s.get().commit_index() == 4);
  auto propose = [&](const std::string& id, const std::string& storage, const std::string& address) {
    return s.get().propose_configuration({configuration_change::kind_t::add_nonvoter, id, storage, address}, 1, s.now);
  };
  for (const auto& refused : {propose("", "disk", ""), propose("d", "", ""), propose(std::string(300, 'd'), "disk", ""),
                              propose("d", std::string(300, 'd'), ""), propose("d", "disk", std::string(300, 'd'))}) {
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == refusal::not_valid);
  }
  CHECK(propose("d", "disk", "10.0.0.4:8300"));
}

TEST_CASE("answers about what a leader never sent are refused", "[raft][hostile]") {
  server_a s;
  s.lead();
  append_result r;
  r.match = 5;
  CHECK(s.ignores("b", 4, r, against));
  r.match = most;
  CHECK(s.ignores("b", 4, r, against));
  r = {};
  r.rejected = true, r.rejected_prev = most, r.hint_index = most, r.hint_term = 3;
  s.hear("b", 4, r); // possibly to a request of an earlier term
  CHECK(s.get().peers()[0].next <= s.get().last_index() + 1);
}

// The sender may be leader again when the answer arrives, and its rounds and epochs start at one in each term.
TEST_CASE("the answer to an append of an earlier term confirms nothing", "[raft]") {
  server_a s;
  auto late = server_a::append(1, 1);
  late.round = 5, late.epoch = 1, late.sent_ns = 77;
  s.hear("c", 2, late);
  REQUIRE(s.sent.size() == 1);
  auto answer = std::get<append_result>(s.sent[0].body);
  CHECK(answer.rejected);
  CHECK(answer.round == 0);
  CHECK(answer.epoch == 0);
  CHECK(answer.sent_ns == 0);
}

TEST_CASE("a promise that is longer than any server gives counts as the longest one", "[raft][hostile]") {
  server_a s;
  s.lead();
  append_result r;
  r.match = 4, r.epoch = 1, r.promise = std::chrono::hours(1);
  r.sent_ns = std::chrono::nanoseconds(s.now.time_since_epoch()).count();
  s.hear("b", 4, r);
  REQUIRE(s.get().lease_valid_until());
  CHECK(*s.get().lease_valid_until() <= s.now + promise_limit);
}

TEST_CASE("pieces of one snapshot are not mixed with those of another that has its name", "[raft][hostile]") {
  server_a s;
  snapshot_meta early{"s", 5, 3, 0, {1, voters({"a", "b", "c"})}, 8}, later = early;
  later.index = 9;
  s.hear("b", 3, snapshot_request{early, 0, "abcd", false});
  CHECK(std::get<snapshot_result>(s.sent.back().body).offset == 4);
  s.hear("b", 3, server_a::append(3, 3, {make_entry(4, 3), make_entry(5, 3), make_entry(6, 3)}, 6));
  // Accepting the earlier snapshot's end under the later one's index would revert the state.
  s.hear("b", 3, snapshot_request{later, 4, "efgh", true});
  CHECK(std::get<snapshot_result>(s.sent.back().body) == snapshot_result{"s", 0, false});
  CHECK(s.get().commit_index() == 6);
}

TEST_CASE("broken lists of entries and servers are refused while they are read", "[raft][hostile]") {
  // {"Servers": [nil, nil, ...]}, and an append whose entries are nil or empty maps.
  std::string servers = "\x81\xa7Servers\xdd";
  servers += std::string("\x00\x00\x10\x00", 4) + std::string(0x1000, '\xc0');
  CHECK_FALSE(decode_configuration(servers));
  CHECK_FALSE(decode_configuration(std::string("\x81\xa7Servers\x91\xc0", 11)));
  message m{on_first_disk("b"), on_first_disk("a"), 3, append_request{}};
  auto whole = encode(m);
  auto at = whole.find("Entries");
  REQUIRE(at != std::string::npos);
  for (char empty : {'\xc0', '\x80'}) {
    auto bad = whole;
    bad.replace(at + 7, 1, std::string("\x92") + empty + empty);
    CHECK_FALSE(decode_message(bad));
  }
}

TEST_CASE("an answer that waits for its write is dropped when a newer leader cuts off what it acknowledges") {
  server_a a;
  auto hear_only = [&](const std::string& from, term_t term, append_request body) {
    a.get().step({on_first_disk(from), a.node.who, term, std::move(body)}, a.now);
  };
  // Both arrive before anything is written: entry 4 of term 3, then another one that replaces it.
  hear_only("b", 3, server_a::append(3, 3, {make_entry(4, 3, "z"), make_entry(5, 3, "old")}));
  hear_only("c", 4, server_a::append(3, 3, {make_entry(4, 4, "new")}));
  auto out = a.get().take_output(a.now);
  index_t most = 0;
  for (const auto* messages : {&out.messages, &out.messages_when_durable})
    for (const auto& m : *messages)
      if (auto* r = std::get_if<append_result>(&m.body); r && !r->rejected) most = std::max(most, r->match);
  CHECK(a.get().last_index() == 4);
  CHECK(most == 4);
}
