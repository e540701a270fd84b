#include "network.hpp"

#include <catch2/catch.hpp>

#include "protocol/swim/formulas.hpp"

using namespace praetor;
using namespace praetor::swim;
using namespace praetor::swim::test;

namespace {

/// When `who` reported that `change` of `name`, counted from `since`; a day if never.
duration after(const network::process& who, time_point since, member_change change, const std::string& name) {
  for (const auto& [when, e] : who.events)
    if (when >= since && e.change == change && e.who.name == name) return when - since;
  return std::chrono::hours(24);
}

bool all_see(const network& net, const std::string& name, member_status status) {
  return std::all_of(net.all().begin(), net.all().end(),
                     [&](const auto& p) { return p.first == name || p.second->status_of(name) == status; });
}

merge_check same_datacenter(const std::string& own) {
  return [own](const std::vector<member>& others) -> std::optional<std::string> {
    for (const auto& m : others) {
      auto dc = m.tags.find("dc");
      if (dc == m.tags.end() || dc->second != own)
        return "Member '" + m.name + "' part of wrong datacenter; expected '" + own + "'";
    }
    return std::nullopt;
  };
}

} // namespace

TEST_CASE("members that join one of them soon know each other") {
  network net(1);
  for (int i = 0; i < 10; ++i) net.start("n" + std::to_string(i));
  for (int i = 1; i < 10; ++i) CHECK(net.join("n" + std::to_string(i), {net.at("n0").address}).reached == 1);
  REQUIRE(net.run_until(3s, [&] { return net.agreed(); }));
  for (const auto& [name, p] : net.all()) {
    CHECK(p->m->member_count() == 10);
    CHECK(p->saw(member_change::join, name)); // including itself
    CHECK(p->events.size() == 10);
  }
}

TEST_CASE("sixty members converge, and stay so with no failures") {
  network net(2);
  net.start_pool(60);
  REQUIRE(net.agreed());
  net.run(60s);
  CHECK(net.agreed());
  for (const auto& [name, p] : net.all()) CHECK(p->m->count().failures == 0);
}

TEST_CASE("members that come at once know each other within seconds, even where packets get lost") {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    network net(seed);
    net.loss = seed % 2 == 0 ? 0.3 : 0;
    for (int i = 0; i < 60; ++i) net.start("n" + std::to_string(i));
    for (int i = 1; i < 60; ++i) net.at("n" + std::to_string(i)).m->join({net.at("n0").address}, {}, net.now);
    net.settle();
    CHECK(net.run_until(10s, [&] { return net.agreed(); }));
  }
}

TEST_CASE("a join tells which addresses did not answer") {
  network net(3);
  net.start("a"), net.start("b");
  auto result = net.join("a", {net.at("b").address, "10.9.9.9:8301"});
  CHECK(result.reached == 1);
  REQUIRE(result.errors.size() == 1);
  CHECK(result.errors[0] == join_failure{"10.9.9.9:8301", "connection refused"});
  CHECK(result.errors[0].text() == "Failed to join 10.9.9.9:8301: connection refused");
}

TEST_CASE("a join that wants one address stops at the first that answers") {
  network net(4);
  net.start("a"), net.start("b"), net.start("c");
  net.cut.insert(net.at("b").address); // otherwise gossip would deliver c's messages to a
  join_options first;
  first.first_only = true;
  auto result = net.join("a", {"10.9.9.9:8301", net.at("c").address, net.at("b").address}, first);
  CHECK(result.reached == 1);
  CHECK(result.errors.size() == 1);
  CHECK(net.at("a").status_of("c") == member_status::alive);
}

TEST_CASE("a killed member is failed everywhere within the time that the parameters give") {
  for (auto seed : {10, 11, 12}) {
    network net(seed);
    net.start_pool(12);
    REQUIRE(net.agreed());
    net.run(5s);
    auto since = net.now;
    net.kill("n5");
    auto limits = settings::lan();
    auto shortest = suspicion_minimum(limits.suspicion_multiplier, 12, limits.probe_interval);
    auto longest = shortest * 6;
    REQUIRE(net.run_until(longest + 30s, [&] { return all_see(net, "n5", member_status::failed); }));
    for (const auto& [name, p] : net.all()) {
      auto t = after(*p, since, member_change::fail, "n5");
      CHECK(t >= shortest);
      // One of eleven members is probed within two intervals, confirmations follow soon; then gossip.
      CHECK(t <= shortest + 8s);
      CHECK(p->m->count().failures == 1);
    }
  }
}

TEST_CASE("with a third of all packets lost nobody stays failed") {
  network net(20);
  net.loss = 0.3;
  net.start_pool(16);
  net.run(300s);
  for (const auto& [name, p] : net.all())
    for (const auto& [other, q] : net.all()) CHECK(p->status_of(other) != member_status::left);
  net.loss = 0;
  CHECK(net.run_until(90s, [&] { return net.agreed(); }));
}

TEST_CASE("with a third of all packets lost TCP and refutation keep members from failing") {
  network net(21);
  net.start_pool(10);
  net.loss = 0.3;
  net.run(300s);
  std::size_t failures = 0;
  for (const auto& [name, p] : net.all()) failures += p->m->count().failures;
  CHECK(failures == 0);
}

TEST_CASE("a slow member is not failed, and does not fail others") {
  network net(30);
  net.start_pool(10);
  REQUIRE(net.agreed());
  net.at("n3").slowness = 1500ms;
  net.run(180s);
  for (const auto& [name, p] : net.all()) CHECK(p->m->count().failures == 0);
  // It noticed that it is slow itself, and gives others more time (Lifeguard, LHA Suspicion).
  CHECK(net["n3"].health_score() > 0);
  CHECK(net.agreed());
}

TEST_CASE("a member whose packets are lost but whose streams arrive stays alive") {
  network net(31);
  net.start_pool(5);
  net.mute.insert(net.at("n2").address);
  net.run(60s);
  std::size_t warnings = 0;
  for (const auto& [name, p] : net.all()) {
    if (name != "n2") CHECK(p->status_of("n2") == member_status::alive);
    warnings += p->count(notice::kind_t::stream_only);
  }
  CHECK(warnings > 0);
}

TEST_CASE("a suspected member objects and stays") {
  network net(32);
  net.start_pool(5);
  net["n1"].packet_received("10.0.0.1:1", compose_packet({encode(message(suspect{1, "n4", "n9"}))}), net.now);
  net.settle();
  net.run(30s);
  CHECK(net.agreed());
  CHECK(net.at("n4").count(notice::kind_t::refuted) == 1);
  for (const auto& [name, p] : net.all()) CHECK(p->m->count().failures == 0);
}

TEST_CASE("a member that leaves is left everywhere, never failed") {
  network net(40);
  net.start_pool(8);
  auto since = net.now;
  net["n2"].leave(net.now);
  net.settle();
  CHECK(net["n2"].has_left());
  REQUIRE(net.run_until(14s, [&] { return net.at("n2").left; }));
  CHECK(net.now - since >= 3s); // the time to spread
  CHECK(all_see(net, "n2", member_status::left));
  CHECK(net.at("n2").lines.back() == "leave");
  net.kill("n2");
  net.run(60s);
  CHECK(all_see(net, "n2", member_status::left));
  for (const auto& [name, p] : net.all()) {
    CHECK(p->m->count().failures == 0);
    CHECK(p->m->count().leaves == 1);
  }
}

TEST_CASE("who is alone leaves at once") {
  network net(41);
  net.start("a");
  net["a"].leave(net.now);
  net.settle();
  CHECK(net.at("a").left);
}

TEST_CASE("a failed member that is forced to leave is left everywhere; pruned it is forgotten") {
  network net(42);
  net.start_pool(6);
  net.kill("n4"), net.kill("n5");
  REQUIRE(net.run_until(
      60s, [&] { return all_see(net, "n4", member_status::failed) && all_see(net, "n5", member_status::failed); }));
  net["n1"].force_leave("n4", false, net.now);
  net["n1"].force_leave("n5", true, net.now);
  net.settle();
  CHECK(net.run_until(5s, [&] { return all_see(net, "n4", member_status::left); }));
  CHECK(net.run_until(5s, [&] { return all_see(net, "n5", member_status::none); }));
  for (const auto& [name, p] : net.all()) {
    CHECK(p->saw(member_change::leave, "n4"));
    CHECK_FALSE(p->saw(member_change::reap, "n4"));
    CHECK(p->saw(member_change::reap, "n5"));
  }
  net.run(120s);
  CHECK(all_see(net, "n5", member_status::none));
}

TEST_CASE("a member that is alive objects to being forced to leave") {
  network net(43);
  net.start_pool(4);
  net["n1"].force_leave("n2", false, net.now);
  net.settle();
  CHECK(net.at("n1").status_of("n2") == member_status::leaving);
  CHECK(net.run_until(5s, [&] { return net.agreed(); }));
  net.run(30s);
  CHECK(net.agreed());
}

TEST_CASE("a member comes back after it left, with another address") {
  network net(50);
  net.start_pool(5);
  net["n3"].leave(net.now);
  net.settle();
  REQUIRE(net.run_until(15s, [&] { return net.at("n3").left; }));
  net.kill("n3");
  net.start("n3", {}, {}, "10.7.7.7:8301");
  CHECK(net.join("n3", {net.at("n0").address}).reached == 1);
  REQUIRE(net.run_until(10s, [&] { return net.agreed(); }));
  for (const auto& [name, p] : net.all()) CHECK(p->m->find("n3")->address == "10.7.7.7");
}

TEST_CASE("a failed member comes back with another address when the old one is dead for long enough") {
  network net(51);
  net.start_pool(5);
  net.kill("n3");
  REQUIRE(net.run_until(30s, [&] { return all_see(net, "n3", member_status::failed); }));
  net.start("n3", {}, {}, "10.7.7.7:8301");
  net.join("n3", {net.at("n0").address});
  net.run(5s);
  CHECK(net.at("n0").status_of("n3") == member_status::failed); // too early: the name may still be in use
  CHECK_FALSE(net.at("n0").conflicts.empty());
  REQUIRE(net.run_until(120s, [&] { return net.agreed(); }));
  CHECK(net.at("n1").m->find("n3")->address == "10.7.7.7");
}

TEST_CASE("a member that restarts at once with nothing remembered is believed again") {
  network net(52);
  net.start_pool(5);
  auto address = net.at("n3").address;
  for (int i = 0; i < 3; ++i) REQUIRE(net["n3"].update_tags({{"round", std::to_string(i)}}, net.now));
  net.settle();
  net.run(5s);
  net.kill("n3");
  net.start("n3", {{"round", "new"}}, {}, address);
  net.join("n3", {net.at("n1").address});
  REQUIRE(net.run_until(10s, [&] {
    return std::all_of(net.all().begin(), net.all().end(), [](const auto& p) {
      auto m = p.second->m->find("n3");
      return m && m->tags == string_map{{"round", "new"}} && m->status == member_status::alive;
    });
  }));
}

TEST_CASE("a name that is taken is reported as a conflict") {
  network net(53);
  net.start_pool(3);
  net.cut.insert("10.8.8.8:8301"); // delivered below, by the test
  auto claim = alive{9, "n1", "10.8.8.8:8301", {}, {}};
  net["n0"].packet_received("10.8.8.8:8301", compose_packet({encode(message(claim))}), net.now);
  net.settle();
  REQUIRE(net.at("n0").conflicts.size() == 1);
  CHECK(net.at("n0").conflicts[0] == conflict{"n1", net.at("n1").address, "10.8.8.8:8301"});
  CHECK(net["n0"].find("n1")->address != "10.8.8.8");
}

TEST_CASE("a pool that was cut in two finds together again by itself") {
  network net(54);
  net.start_pool(6);
  // Each side loses the other: no packets pass between them while the addresses of one side are cut off, so the members
  // there lose each other too.
  for (auto name : {"n4", "n5"}) net.cut.insert(net.at(name).address);
  REQUIRE(net.run_until(90s, [&] {
    return net.at("n0").status_of("n4") == member_status::failed &&
           net.at("n4").status_of("n0") == member_status::failed;
  }));
  net.run(120s); // after gossip to the dead has ended
  net.cut.clear();
  CHECK(net.run_until(300s, [&] { return net.agreed(); }));
}

TEST_CASE("changed tags reach everybody as an update") {
  network net(60);
  net.start_pool(6);
  REQUIRE(net["n2"].update_tags({{"role", "consul"}}, net.now));
  net.settle();
  REQUIRE(net.run_until(5s, [&] {
    return std::all_of(net.all().begin(), net.all().end(), [](const auto& p) {
      return p.second->m->find("n2")->tags == string_map{{"role", "consul"}} &&
             p.second->saw(member_change::update, "n2");
    });
  }));
  auto big = net["n2"].update_tags({{"k", std::string(600, 'x')}}, net.now);
  REQUIRE_FALSE(big);
  CHECK(big.error().text == "Encoded length of tags exceeds limit of 512 bytes");
}

TEST_CASE("a user event reaches every member once") {
  network net(61);
  net.start_pool(20);
  net.loss = 0.1;
  REQUIRE(net["n3"].send_user_event("deploy", "1.2.3", false, net.now));
  REQUIRE(net["n7"].send_user_event("deploy", "1.2.4", false, net.now));
  net.settle();
  net.run(90s); // a push/pull delivers what gossip missed
  for (const auto& [name, p] : net.all()) {
    REQUIRE(p->user_events.size() == 2);
    CHECK(p->user_events[0].name == "deploy");
    CHECK(p->user_events[0].payload != p->user_events[1].payload);
  }
}

TEST_CASE("who joins does not hear events from before, but those after") {
  network net(62);
  net.start_pool(3);
  REQUIRE(net["n0"].send_user_event("old", "", false, net.now));
  net.settle();
  net.run(5s);
  net.start("late"), net.start("curious");
  net.join("late", {net.at("n1").address});
  join_options all;
  all.ignore_old_events = false;
  net.join("curious", {net.at("n1").address}, all);
  net.run(5s);
  CHECK(net.at("late").user_events.empty());
  CHECK(net.at("curious").user_events.size() == 1);
  REQUIRE(net["n2"].send_user_event("new", "", false, net.now));
  net.settle();
  net.run(5s);
  REQUIRE(net.at("late").user_events.size() == 1);
  CHECK(net.at("late").user_events[0].name == "new");
}

TEST_CASE("who restarts with what it remembers hears no event twice and finds its pool") {
  network net(63);
  net.start_pool(4);
  REQUIRE(net["n0"].send_user_event("once", "", false, net.now));
  net.settle();
  net.run(5s);
  auto lines = net.at("n3").lines;
  CHECK(net.at("n3").user_events.size() == 1);
  auto address = net.at("n3").address;
  net.kill("n3");
  std::string file;
  for (const auto& l : lines) file += l + "\n";
  auto remembered = rejoin_snapshot::parse(file, false);
  CHECK(remembered.alive().size() == 4);
  CHECK(remembered.clocks().event == 1);
  auto& again = net.start("n3", {}, {}, address, &remembered.clocks());
  std::mt19937_64 random(1);
  std::vector<std::string> addresses;
  for (const auto& n : remembered.previous("n3", random)) addresses.push_back(n.address);
  CHECK(addresses.size() == 3);
  join_options rejoin;
  rejoin.first_only = true;
  rejoin.ignore_old_events = false;
  CHECK(net.join("n3", addresses, rejoin).reached == 1);
  CHECK(net.run_until(10s, [&] { return net.agreed(); }));
  CHECK(again.user_events.empty());
}

TEST_CASE("a query is acknowledged and answered by everybody, and closed in time") {
  network net(64);
  net.start_pool(12);
  query_options options;
  options.wants_acks = true;
  auto since = net.now;
  auto token = net["n4"].send_query("load", "now?", options, net.now);
  REQUIRE(token);
  net.settle();
  std::size_t answered = 0;
  CHECK(net.run_until(30s, [&] {
    for (const auto& [name, p] : net.all()) {
      for (const auto& q : p->queries) {
        CHECK(q.payload == "now?");
        CHECK(q.source == "n4");
        CHECK(p->m->respond(q.handle, "load of " + name, net.now).has_value());
        CHECK(p->m->respond(q.handle, "again", net.now).error().text == "response already sent");
        ++answered;
      }
      p->queries.clear();
    }
    net.settle();
    return !net.at("n4").closed.empty();
  }));
  CHECK(answered == 12);
  CHECK(net.now - since == net["n4"].default_query_timeout());
  CHECK(net.now - since == 200ms * 16 * 2);
  std::set<std::string> acks, answers;
  for (const auto& r : net.at("n4").replies) {
    CHECK(r.token == *token);
    CHECK((r.is_ack ? acks : answers).insert(r.from).second);
    if (!r.is_ack) CHECK(r.payload == "load of " + r.from);
  }
  CHECK(acks.size() == 12);
  CHECK(answers.size() == 12);
}

TEST_CASE("a query goes to those it is meant for, and answers find ways around") {
  network net(65);
  net.start("a", {{"role", "consul"}});
  net.start("b", {{"role", "node"}});
  net.start("c", {{"role", "consul"}});
  net.start("d", {{"role", "consul"}});
  for (auto name : {"b", "c", "d"}) net.join(name, {net.at("a").address});
  REQUIRE(net.run_until(5s, [&] { return net.agreed(); }));
  query_options options;
  options.tags = {{"role", "^con"}};
  options.nodes = {"b", "c", "d"};
  options.relay_factor = 2;
  auto token = net["a"].send_query("q", "", options, net.now);
  REQUIRE(token);
  net.settle();
  net.run(1s);
  CHECK(net.at("a").queries.empty());
  CHECK(net.at("b").queries.empty());
  REQUIRE(net.at("c").queries.size() == 1);
  REQUIRE(net["c"].respond(net.at("c").queries[0].handle, "yes", net.now));
  REQUIRE(net["c"].take_output().packets.size() == 3); // directly, and through b and d
  REQUIRE(net["d"].respond(net.at("d").queries[0].handle, "yes", net.now));
  net.settle();
  net.run(1s);
  REQUIRE(net.at("a").replies.size() == 1);
  CHECK(net.at("a").replies[0].from == "d");

  options.tags = {{"role", "("}};
  CHECK_FALSE(net["a"].send_query("q", "", options, net.now));
  CHECK(net["a"].send_query("q", std::string(1100, 'x'), {}, net.now).error().text ==
        "query exceeds limit of 1024 bytes");
}

TEST_CASE("pools of different datacenters refuse each other") {
  network net(70);
  for (auto name : {"a1", "a2"}) net.start(name, {{"dc", "a"}}, same_datacenter("a"));
  for (auto name : {"b1", "b2"}) net.start(name, {{"dc", "b"}}, same_datacenter("b"));
  net.join("a2", {net.at("a1").address}), net.join("b2", {net.at("b1").address});
  auto result = net.join("b1", {net.at("a1").address});
  CHECK(result.reached == 0);
  REQUIRE(result.errors.size() == 1);
  CHECK(result.errors[0].address == net.at("a1").address);
  CHECK(result.errors[0].why == "Remote error: Member 'b1' part of wrong datacenter; expected 'a'");
  CHECK(net.at("a1").count(notice::kind_t::merge_refused) == 1);
  // A stray packet does not merge them either.
  net["a1"].packet_received(
      "10.5.5.5:1", compose_packet({encode(message(alive{1, "b1", "10.5.5.5:8301", {{"dc", "b"}}, {}}))}), net.now);
  net.settle();
  net.run(20s);
  CHECK(net["a1"].member_count() == 2);
  CHECK(net["a2"].member_count() == 2);
  CHECK(net["b1"].member_count() == 2);
  CHECK(net.at("a1").count(notice::kind_t::member_refused) == 1);
}

TEST_CASE("coordinates come to say how far members are apart") {
  network net(71, settings::local());
  net.start_pool(6);
  net.run(120s);
  for (const auto& [name, p] : net.all()) {
    CHECK(p->m->coordinate_of(name) == p->m->coordinate());
    for (const auto& [other, q] : net.all()) {
      if (name == other) continue;
      auto estimate = distance(p->m->coordinate(), q->m->coordinate());
      CHECK(estimate > 1ms);
      CHECK(estimate < 12ms); // the round trip takes 1 to 10 ms
      CHECK(p->m->coordinate_of(other).has_value());
    }
  }
}

TEST_CASE("failed members are forgotten after their time, those that left after theirs") {
  auto limits = settings::local();
  limits.reconnect_timeout = 120s;
  limits.tombstone_timeout = 60s;
  network net(72, limits);
  net.start_pool(4);
  net.start("short", {{"rc_tm", "30s"}});
  net.join("short", {net.at("n0").address});
  net.run(5s);
  net["n1"].leave(net.now);
  net.settle();
  REQUIRE(net.run_until(20s, [&] { return net.at("n1").left; }));
  net.kill("n1"), net.kill("n2"), net.kill("short");
  auto gone = [&](const char* name) { return all_see(net, name, member_status::none); };
  REQUIRE(net.run_until(80s, [&] { return gone("short"); }));
  CHECK_FALSE(gone("n1"));
  REQUIRE(net.run_until(80s, [&] { return gone("n1"); }));
  CHECK(all_see(net, "n2", member_status::failed));
  REQUIRE(net.run_until(120s, [&] { return gone("n2"); }));
  for (const auto& [name, p] : net.all()) CHECK(p->saw(member_change::reap, "n2"));
}

TEST_CASE("a member that comes back within a minute has flapped") {
  network net(73);
  net.start_pool(4);
  auto address = net.at("n2").address;
  net.kill("n2");
  REQUIRE(net.run_until(60s, [&] { return all_see(net, "n2", member_status::failed); }));
  net.start("n2", {}, {}, address);
  net.join("n2", {net.at("n0").address});
  REQUIRE(net.run_until(30s, [&] { return net.agreed(); }));
  CHECK(net["n0"].count().flaps == 1);
}

TEST_CASE("equal seeds give equal runs, other seeds others") {
  auto run = [](std::uint64_t seed) {
    network net(seed);
    net.loss = 0.05;
    net.start_pool(12);
    (void)net["n1"].send_user_event("e", "p", false, net.now);
    net.settle();
    net.run(20s);
    net.kill("n4");
    net.run(40s);
    return net.hash;
  };
  auto first = run(99);
  CHECK(run(99) == first);
  CHECK(run(100) != first);
}
