#include "cluster.hpp"

using namespace praetor;
using namespace praetor::state;
using std::chrono::seconds;

namespace {

const std::string s1 = "aaaaaaaa-0000-0000-0000-000000000001", s2 = "aaaaaaaa-0000-0000-0000-000000000002",
                  s3 = "aaaaaaaa-0000-0000-0000-000000000003";

session bound(const std::string& id, string_list checks = {}, std::string behavior = "release",
              nanoseconds delay = nanoseconds{0}) {
  session s;
  s.id = id;
  s.node = "n";
  s.node_checks = std::move(checks);
  s.behavior = std::move(behavior);
  s.lock_delay = delay;
  return s;
}

struct with_node : cluster {
  with_node() { add(with_check(with_check(on_node("n"), "serfHealth"), "c2")); }
};

} // namespace

TEST_CASE("set, compare-and-set and delete of keys") {
  cluster c;
  CHECK(c.kv("set", "x", "1").flag == true);
  CHECK(c.key("x")->modify_index == 11);
  c.kv("set", "x", "1");
  CHECK(c.key("x")->modify_index == 11);
  CHECK(index_of(*c.now_published(), "kvs") == 11);
  CHECK(c.kv("cas", "x", "2", {}, 0).flag == false);
  CHECK(c.kv("cas", "x", "2", {}, 5).flag == false);
  CHECK(c.kv("cas", "y", "2", {}, 5).flag == false);
  CHECK(c.kv("cas", "x", "2", {}, 11).flag == true);
  CHECK(c.kv("cas", "y", "2", {}, 0).flag == true);
  CHECK(c.key("x")->create_index == 11);
  CHECK(c.kv("delete-cas", "x", {}, {}, 0).flag == false);
  CHECK(c.kv("delete-cas", "nothing", {}, {}, 7).flag == true);
  CHECK(c.kv("delete-cas", "x", {}, {}, c.key("x")->modify_index).flag == true);
  CHECK_FALSE(c.key("x"));
  CHECK(c.kv("bogus", "x").error == "Invalid KVS operation 'bogus'");
}

TEST_CASE("lists carry the newest change or deletion below their prefix") {
  cluster c;
  auto list = [&](const char* prefix) { return kv_list(*c.now_published(), prefix, nullptr).index; };
  CHECK(list("") == 1);
  c.kv("set", "t/a"); // 11
  c.kv("set", "t/b"); // 12
  c.kv("set", "u");   // 13
  CHECK(list("t/") == 12);
  CHECK(list("zzz") == 13);
  c.kv("delete", "t/a"); // 14
  CHECK(list("t/") == 14);
  CHECK(list("u") == 13);
  CHECK(list("") == 14);
  CHECK(kv_get(*c.now_published(), "t/a", nullptr).index == 14);
  CHECK(kv_get(*c.now_published(), "t/b", nullptr).index == 12);
  c.kv("delete", "t/a");
  c.kv("delete-tree", "none");
  CHECK(index_of(*c.now_published(), "kvs") == 14);
  c.kv("delete-tree", "t"); // 17
  CHECK(list("t") == 17);
  CHECK(list("t/") == 14); // the tombstone is at the shorter prefix
  CHECK(list("u") == 13);
  tombstone_request reap;
  reap.reap_index = 14;
  c.run(command_type::tombstone, reap);
  CHECK(list("t") == 17);
  CHECK(list("t/") == 17); // nothing left below: the table's index
  c.kv("delete-tree", "");
  CHECK(c.now_published()->tables().kvs.empty());
  CHECK(c.now_published()->tables().tombstones.size() == 1);
}

TEST_CASE("keys are folded after the separator") {
  cluster c;
  for (auto key : {"a/1", "a/2", "a/b/1", "b", "c/1"}) c.kv("set", key);
  auto keys = [&](const char* prefix, const char* separator) {
    return kv_keys(*c.now_published(), prefix, separator, nullptr).value;
  };
  CHECK(keys("", "") == string_list{"a/1", "a/2", "a/b/1", "b", "c/1"});
  CHECK(keys("", "/") == string_list{"a/", "b", "c/"});
  CHECK(keys("a/", "/") == string_list{"a/1", "a/2", "a/b/"});
  CHECK(keys("zz", "/").empty());
}

TEST_CASE("locks") {
  with_node c;
  c.create_session(bound(s1));
  c.create_session(bound(s2));
  CHECK(c.kv("lock", "l", "v", s1).flag == true);
  CHECK(c.key("l")->lock_index == 1);
  CHECK(c.kv("lock", "l", "v2", s1).flag == true);
  CHECK(c.key("l")->lock_index == 1);
  CHECK(c.key("l")->value.bytes == "v2");
  CHECK(c.kv("lock", "l", "v3", s2).flag == false);
  CHECK(c.kv("lock", "l", "v3", "abc").error == "invalid session \"abc\"");
  CHECK(c.kv("lock", "l", "v3").error == "missing session");
  CHECK(c.kv("lock", "l", "v3", "abc").why().code == error_code::failed_precondition);
  CHECK(c.kv("unlock", "l", "v3").why().code == error_code::failed_precondition);
  c.kv("set", "l", "v4");
  CHECK(c.key("l")->session == s1);
  CHECK(c.key("l")->lock_index == 0); // a plain write resets it
  CHECK(c.kv("unlock", "l", "v5", s2).flag == false);
  CHECK(c.kv("unlock", "nothing", "v5", s2).flag == false);
  CHECK(c.kv("unlock", "l", "v5", s1).flag == true);
  CHECK(c.key("l")->session.empty());
  CHECK(c.key("l")->value.bytes == "v5");
  CHECK(c.kv("unlock", "l", "v5", s1).flag == false);
  CHECK(c.kv("lock", "l", "v6", s2).flag == true);
  CHECK(c.key("l")->lock_index == 1);
}

TEST_CASE("a session needs a living node and checks that pass") {
  with_node c;
  auto elsewhere = bound(s1);
  elsewhere.node = "nonode";
  CHECK(c.create_session(elsewhere).error == "Missing node registration");
  CHECK(c.create_session(bound(s1, {"nope"})).error == "Missing check 'nope' registration");
  c.add(with_check(on_node("n"), "c2", "critical"));
  CHECK(c.create_session(bound(s1, {"c2"})).error == "Check 'c2' is in critical state");
  CHECK(c.create_session(bound({})).error == "Missing session ID");
  CHECK(c.create_session(bound(s1, {}, "x")).error == "Invalid session behavior: x");
  CHECK(c.now_published()->tables().sessions.empty());
  auto made = c.create_session(bound(s1, {"serfHealth"}));
  CHECK(made.text == s1);
  CHECK(find_session(*c.now_published(), s1, nullptr).value->create_index == c.index);
  CHECK(node_sessions(*c.now_published(), "N", nullptr).value.size() == 1);
  CHECK(list_sessions(*c.now_published(), nullptr).index == c.index);
}

TEST_CASE("what ends a session") {
  with_node c;
  c.create_session(bound(s1));
  c.create_session(bound(s2, {"c2"}));
  c.create_session(bound(s3, {"serfHealth"}));
  c.kv("lock", "k1", "v", s1);
  c.kv("lock", "k2", "v", s2);
  c.kv("lock", "k3", "v", s3);
  auto alive = [&](const std::string& id) { return find_session(*c.now_published(), id, nullptr).value != nullptr; };
  SECTION("a critical check") {
    c.add(with_check(on_node("n"), "c2", "warning"));
    CHECK(alive(s2));
    c.add(with_check(on_node("n"), "c2", "critical"));
    CHECK_FALSE(alive(s2));
    CHECK(alive(s3));
    CHECK(c.key("k2")->session.empty());
    CHECK(c.key("k2")->lock_index == 1);
    CHECK(c.key("k2")->modify_index == c.index);
    CHECK(index_of(*c.now_published(), "sessions") == c.index);
  }
  SECTION("a check that goes") {
    c.remove("n", {}, "c2");
    CHECK_FALSE(alive(s2));
    CHECK(alive(s1));
  }
  SECTION("its node") {
    c.remove("n");
    CHECK(c.now_published()->tables().sessions.empty());
    CHECK(c.now_published()->tables().sessions.by<"node">().empty());
    CHECK(c.now_published()->tables().sessions.by<"check">().empty());
    CHECK(c.now_published()->tables().kvs.by<"session">().empty());
    CHECK(c.key("k1")->session.empty());
  }
  SECTION("its end") {
    CHECK(c.destroy_session(s1).ok());
    CHECK_FALSE(alive(s1));
    CHECK(c.destroy_session(s1).ok());
  }
}

TEST_CASE("keys of a session that deletes go with it, and a lock delay follows the entry's time") {
  with_node c;
  c.create_session(bound(s1, {}, "delete", seconds(20)));
  c.create_session(bound(s2));
  c.kv("lock", "d1", "v", s1);
  c.kv("lock", "d2", "v", s1);
  c.destroy_session(s1);
  CHECK_FALSE(c.key("d1"));
  CHECK(c.now_published()->tables().tombstones.size() == 2);
  CHECK(kv_list(*c.now_published(), "d", nullptr).index == c.index);
  CHECK(lock_delay_end(*c.now_published(), "d1") == c.now + seconds(20));
  CHECK(c.kv("lock", "d1", "v", s2).flag == false);
  CHECK(c.kv("lock", "d1", "v", "unknown").flag == false); // the lock delay is checked first
  c.now += seconds(19);
  CHECK(c.kv("lock", "d1", "v", s2).flag == false);
  c.now += seconds(1);
  CHECK(c.kv("lock", "d1", "v", s2).flag == true);
  CHECK(c.now_published()->tables().lock_delays.empty());
  CHECK(c.now_published()->tables().lock_delays.by<"end">().empty());
  SECTION("no delay is longer than a minute") {
    c.create_session(bound(s3, {}, "release", std::chrono::hours(1)));
    c.kv("lock", "long", "v", s3);
    c.destroy_session(s3);
    CHECK(lock_delay_end(*c.now_published(), "long") == c.now + seconds(60));
  }
}

TEST_CASE("deleting a tree forgets who held its keys") {
  with_node c;
  c.create_session(bound(s1));
  c.kv("lock", "t/1", "v", s1);
  c.kv("set", "t/2");
  c.kv("delete-tree", "t/");
  CHECK(c.now_published()->tables().kvs.by<"session">().empty());
  CHECK(c.now_published()->tables().kvs.empty());
  CHECK(c.destroy_session(s1).ok());
}

TEST_CASE("a waiter on a key wakes for that key alone") {
  with_node c;
  c.kv("set", "lock", "v");
  watch_set present_key, missing_key, prefix;
  auto s = c.now_published();
  kv_get(*s, "lock", &present_key);
  kv_get(*s, "lock2/a", &missing_key);
  kv_list(*s, "dir/", &prefix);
  int woken = 0;
  auto waiter = std::make_shared<trigger>([&] { ++woken; });
  CHECK_FALSE(present_key.subscribe(waiter));
  c.kv("set", "loch", "v");
  c.kv("set", "other", "v");
  CHECK_FALSE(present_key.fired());
  c.kv("set", "lock", "w");
  CHECK(woken == 1);
  CHECK(present_key.fired());
  c.kv("set", "dir/x", "w");
  CHECK(prefix.fired());
}
