#include "pool.hpp"

using namespace praetor;
using namespace praetor::gossip_test;
using swim::member_status;

namespace {

constexpr auto first_key = "encrypt = \"pUqJrVyVRj5jsiYEkM/tFQ==\"";
constexpr auto second_key = "cg8StVXbQJ0gPvMd9o7yrg==";

void start_three(pool& p, const std::string& more = "") {
  for (auto name : {"a", "b", "c"}) p.start(name, more);
  REQUIRE(p.join("b", {"10.0.0.1:8301"}).first == 1);
  REQUIRE(p.join("c", {"10.0.0.1"}).first == 1); // uses the pool's own port
  REQUIRE(p.within(60s, [&] { return p.agree(); }));
}

} // namespace

TEST_CASE("members that join one of them know each other, over a network that loses packets") {
  for (std::uint64_t seed : {1, 2, 3}) {
    pool p(seed);
    start_three(p);
    CHECK(p.members["c"].view->lan.load()->members.size() == 3);
  }
}

TEST_CASE("a join of an address where nobody listens says so") {
  pool p;
  p.start("a");
  auto [reached, errors] = p.join("a", {"10.0.0.9:8301", "nowhere.example"});
  CHECK(reached == 0);
  REQUIRE(errors.size() == 2);
  CHECK(errors[0] == "Failed to join nowhere.example: host names are not looked up here");
  CHECK(errors[1].find("Failed to join 10.0.0.9:8301: ") == 0);
  CHECK(errors[1].find("connection refused") != std::string::npos);
}

TEST_CASE("a member that is killed fails for the others, and one that says good-bye has left") {
  pool p;
  start_three(p);
  p.kill("b");
  REQUIRE(p.within(
      60s, [&] { return p.status("a", "b") == member_status::failed && p.status("c", "b") == member_status::failed; }));
  bool left = false;
  ask_gossip(p.members["c"].prober, gossip_command::leave{[&] { left = true; }});
  REQUIRE(p.within(60s, [&] { return left && p.status("a", "c") == member_status::left; }));
}

TEST_CASE("a failed member that is forced out has left; an unknown name is an error") {
  pool p;
  start_three(p);
  p.kill("b");
  REQUIRE(p.within(60s, [&] { return p.status("a", "b") == member_status::failed; }));
  std::string error_text;
  ask_gossip(p.members["a"].prober,
             gossip_command::force_leave{"nobody", false, [&](const error* e) { error_text = e ? e->text : "none"; }});
  ask_gossip(p.members["a"].prober, gossip_command::force_leave{"b", false, nullptr});
  REQUIRE(p.within(60s, [&] { return p.status("c", "b") == member_status::left; }));
  CHECK(error_text == "agent: No node found with name 'nobody'");
}

TEST_CASE("a member that starts again finds the others by its snapshot") {
  pool p;
  start_three(p);
  p.world.run_for(2s);
  p.kill("b");
  REQUIRE(p.within(60s, [&] { return p.status("a", "b") == member_status::failed; }));
  p.start("b");
  REQUIRE(p.within(120s, [&] { return p.agree(); }));
  CHECK(p.members["b"].log->count("Re-joined") == 1);
}

TEST_CASE("members that all lost their power find each other by their snapshots, whichever starts first") {
  pool p;
  start_three(p);
  p.world.run_for(2s);
  for (auto name : {"a", "b", "c"}) p.kill(name);
  p.start("b"); // its first attempt fails
  p.world.run_for(500ms);
  p.start("a");
  p.start("c");
  CHECK(p.members["b"].log->count("Failed to re-join any previously known node") >= 1);
  REQUIRE(p.within(5s, [&] { return p.agree(); }));
}

TEST_CASE("a member that rejoins goes on trying, at ever longer intervals, until another is there") {
  pool p;
  start_three(p);
  p.world.run_for(2s);
  for (auto name : {"a", "b", "c"}) p.kill(name);
  p.start("b");
  p.world.run_for(100s);
  auto tries = p.members["b"].log->count("Attempting re-join");
  CHECK(tries > 8);
  CHECK(tries < 16);
  p.start("a");
  REQUIRE(p.within(35s, [&] { return p.status("a", "b") == member_status::alive; }));
  auto settled = p.members["b"].log->count("Attempting re-join");
  p.world.run_for(100s);
  CHECK(p.members["b"].log->count("Attempting re-join") == settled);
}

TEST_CASE("a new key is installed, used, and the old one removed, on all members") {
  sim::gossip_behaviour calm;
  calm.lose_one_in = 0; // answers to queries are sent only once
  pool p(1, calm);
  start_three(p, first_key);
  using enum swim::key_operation;
  auto refused = p.keys("a", use, second_key);
  REQUIRE(refused);
  CHECK(refused->error() == "3/3 nodes reported failure");
  for (auto operation : {install, use}) {
    auto done = p.keys("a", operation, second_key);
    REQUIRE(done);
    CHECK(done->error() == "");
  }
  auto removed = p.keys("b", remove, "pUqJrVyVRj5jsiYEkM/tFQ==");
  REQUIRE(removed);
  CHECK(removed->error() == "");
  auto listed = p.keys("c", list);
  REQUIRE(listed);
  CHECK(listed->keys == std::map<std::string, std::size_t>{{second_key, 3}});
  CHECK(listed->primary_keys == std::map<std::string, std::size_t>{{second_key, 3}});
  CHECK(p.members["a"].files->content["serf/local.keyring"].find(second_key) != std::string::npos);
  // A stored key ring takes precedence over the configured key.
  p.kill("b");
  p.start("b", first_key);
  CHECK(p.within(120s, [&] { return p.agree(); }));
}

TEST_CASE("who has another key is refused, and logged once") {
  pool p;
  p.start("a", first_key);
  p.start("b", std::string("encrypt = \"") + second_key + "\"");
  for (int i = 0; i < 3; ++i) CHECK(p.join("b", {"10.0.0.1:8301"}).first == 0);
  CHECK(p.members["a"].view->lan.load()->members.size() == 1);
  CHECK(p.members["a"].log->count("gossip refused") == 1);
  CHECK(p.members["a"].log->count("from=10.0.0.2:8301") == 1);
}

TEST_CASE("a member of another datacenter is refused by name") {
  pool p;
  p.start("a");
  p.start("b", "datacenter = \"elsewhere\"");
  auto [reached, errors] = p.join("b", {"10.0.0.1:8301"});
  CHECK(reached == 0);
  REQUIRE(errors.size() == 1);
  CHECK(errors[0].find("datacenter") != std::string::npos);
  CHECK(p.members["a"].view->lan.load()->members.size() == 1);
}

TEST_CASE("the same seed gives the same history") {
  auto history = [](std::uint64_t seed) {
    pool p(seed);
    start_three(p);
    p.kill("b");
    p.world.run_for(30s);
    return p.world.trace().hash();
  };
  CHECK(history(7) == history(7));
  CHECK(history(7) != history(8));
}
