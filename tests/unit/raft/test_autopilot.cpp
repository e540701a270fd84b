#include "protocol/raft/autopilot.hpp"

#include <catch2/catch.hpp>

using namespace praetor;
using kind_t = raft::configuration_change::kind_t;
using swim::member_status;
using namespace std::chrono_literals;

namespace {

/// A cluster led by "a" in term 3 whose log ends at 1000; all others are up to date and have just answered.
struct cluster {
  autopilot_input in;

  explicit cluster(std::initializer_list<const char*> voters) {
    in.now = raft::time_point{1h};
    in.unix_now = 1'700'000'000s;
    in.leading_for = 1h;
    in.heartbeat = 50ms;
    in.last_term = 3;
    in.last_index = 1000;
    in.own = {"a", "disk-a"};
    in.term_at = [](raft::index_t) { return raft::term_t{3}; };
    for (auto* id : voters) add(id, true);
  }

  void add(const std::string& id, bool voter) {
    raft::server s{{id, "disk-" + id}, "10.0.0." + id + ":8300", voter};
    in.members.servers.push_back(s);
    if (id != "a") in.peers.push_back({s, 1000, 1001, in.now, true, false});
    see(id);
  }
  seen_server& see(const std::string& id) {
    seen_server s;
    s.id = id;
    s.name = "server-" + id;
    s.address = "10.0.0." + id + ":8300";
    s.storage = "disk-" + id;
    s.status = member_status::alive;
    in.seen.push_back(s);
    return in.seen.back();
  }
  seen_server& seen(const std::string& id) {
    return *std::find_if(in.seen.begin(), in.seen.end(), [&](auto& s) { return s.id == id; });
  }
  raft::peer_status& peer(const std::string& id) {
    return *std::find_if(in.peers.begin(), in.peers.end(), [&](auto& p) { return p.member.who.id == id; });
  }
  /// After all have been observed for long enough.
  std::string next() const {
    auto earlier = in;
    earlier.unix_now -= 1h;
    auto first = judge_servers(earlier, nullptr);
    auto change = next_change(in, judge_servers(in, &first));
    if (!change) return "";
    const char* names[] = {"add", "promote", "demote", "remove", "move"};
    return std::string(names[static_cast<int>(change->kind)]) + " " + change->id;
  }
};

} // namespace

TEST_CASE("a server is healthy while gossip reaches it and it follows closely") {
  cluster c{"a", "b", "c"};
  auto judged = [&] { return judge_servers(c.in, nullptr); };
  CHECK(judged().healthy);
  CHECK(judged().failure_tolerance == 1);
  CHECK(judged().voters == std::vector<std::string>{"a", "b", "c"});

  SECTION("the longest silence counts from the threshold and a heartbeat on") {
    c.peer("b").last_contact = c.in.now - 250ms;
    CHECK(judged().find("b")->healthy);
    c.peer("b").last_contact = c.in.now - 251ms;
    CHECK_FALSE(judged().find("b")->healthy);
    CHECK(judged().find("b")->last_contact == 251ms);
    CHECK(judged().failure_tolerance == 0);
  }
  SECTION("its log lags") {
    c.peer("b").match = 750;
    CHECK(judged().find("b")->healthy);
    c.peer("b").match = 749;
    CHECK_FALSE(judged().find("b")->healthy);
  }
  SECTION("its log ends in another term") {
    c.in.term_at = [](raft::index_t) { return raft::term_t{2}; };
    CHECK_FALSE(judged().find("b")->healthy);
    CHECK(judged().find("a")->healthy);
  }
  SECTION("one that is leaving is there, one that failed is not") {
    c.seen("b").status = member_status::leaving;
    c.seen("c").status = member_status::failed;
    CHECK(judged().find("b")->healthy);
    CHECK_FALSE(judged().find("c")->healthy);
    CHECK_FALSE(judged().healthy);
  }
  SECTION("what stays as it is keeps its time") {
    auto first = judged();
    c.in.unix_now += 5s;
    c.seen("c").status = member_status::failed;
    auto second = judge_servers(c.in, &first);
    CHECK(second.find("b")->stable_since == first.find("b")->stable_since);
    CHECK(second.find("c")->stable_since == c.in.unix_now);
  }
}

TEST_CASE("servers that come are added without a vote and get it when they were stable for long enough") {
  cluster c{"a"};
  CHECK(c.next() == "");
  c.see("b");
  CHECK(c.next() == "add b");
  c.in.seen.pop_back();
  c.add("b", false);
  CHECK(c.next() == "promote b");

  SECTION("not before") {
    auto now = judge_servers(c.in, nullptr);
    CHECK_FALSE(next_change(c.in, now));
    c.in.leading_for = 1s; // a new leader has not observed anyone for long enough
    CHECK(next_change(c.in, now));
  }
  SECTION("not while it lags") {
    c.peer("b").match = 10;
    CHECK(c.next() == "");
  }
  SECTION("never if it wants none") {
    c.seen("b").nonvoter = true;
    CHECK(c.next() == "");
  }
  SECTION("one that does not say which disk it has is left alone") {
    c.see("c").storage.clear();
    c.seen("b").nonvoter = true;
    CHECK(c.next() == "");
  }
}

TEST_CASE("a server that moved keeps its place, one with another disk starts again") {
  cluster c{"a", "b", "c"};
  c.seen("b").address = "10.9.9.9:8300";
  CHECK(c.next() == "move b");
  c.seen("b").storage = "another";
  CHECK(c.next() == "add b");
}

TEST_CASE("a new server at a dead one's address takes its place") {
  cluster c{"a", "b", "c"};
  c.in.config.cleanup_dead_servers = false;
  c.seen("c").status = member_status::failed;
  c.see("d").address = "10.0.0.c:8300";
  CHECK(c.next() == "remove c");
  // Not if the others could not decide then.
  c.seen("b").status = member_status::failed;
  CHECK(c.next() == "");
}

TEST_CASE("two servers that each begin a cluster do not mix") {
  cluster c{"a"};
  c.seen("a").bootstrap = true;
  c.see("b").bootstrap = true;
  CHECK(c.next() == "");
}

TEST_CASE("servers that left are removed") {
  cluster c{"a", "b", "c"};
  c.seen("b").status = member_status::left;
  CHECK(c.next() == "remove b");
  c.in.config.cleanup_dead_servers = false;
  CHECK(c.next() == "remove b");
  c.seen("c").status = member_status::failed;
  CHECK(c.next() == "");
}

TEST_CASE("dead servers are cleaned up while a quorum stays") {
  cluster c{"a", "b", "c", "d", "e"};
  c.seen("e").status = member_status::failed;
  CHECK(c.next() == "remove e");

  SECTION("two of five") {
    c.seen("d").status = member_status::failed;
    CHECK(c.next() == "remove d");
  }
  SECTION("not three of five") {
    c.seen("d").status = c.seen("c").status = member_status::failed;
    CHECK(c.next() == "");
  }
  SECTION("not below what the operator wants") {
    c.in.config.min_quorum = 5;
    CHECK(c.next() == "");
  }
  SECTION("not if it is not wanted") {
    c.in.config.cleanup_dead_servers = false;
    CHECK(c.next() == "");
  }
  SECTION("one that gossip has forgotten is dead, too") {
    std::erase_if(c.in.seen, [](auto& s) { return s.id == "e"; });
    CHECK(c.next() == "remove e");
    c.in.leading_for = 1s; // gossip may not have learned of it yet
    CHECK(c.next() == "");
  }
  SECTION("non-voters first") {
    c.add("f", false);
    c.seen("f").status = member_status::failed;
    CHECK(c.next() == "remove f");
  }
}

TEST_CASE("one of two is not removed: the other could not have decided it") {
  cluster c{"a", "b"};
  c.seen("b").status = member_status::failed;
  CHECK(c.next() == "");
}
