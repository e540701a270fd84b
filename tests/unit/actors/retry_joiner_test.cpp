#include "actors/gossip/retry_joiner.hpp"
#include "stage.hpp"

using namespace praetor;

namespace {

struct joining : stage {
  explicit joining(std::int64_t most_tries = 0, nanoseconds interval = 30s) {
    retry_join_options o;
    o.outside = outside;
    o.view = view;
    o.prober = prober();
    o.addresses = {"10.0.0.1", "10.0.0.2"};
    o.interval = interval;
    o.most_tries = most_tries;
    joiner = keep(system.spawn(retry_joiner, std::move(o)));
  }
  void end(std::size_t reached, const swim::join_failures& errors = {}) {
    joins.back().done(reached, errors);
    run();
  }
  void refuse() { end(0, {{"10.0.0.1", "refused"}, {"10.0.0.2", "refused"}}); }
  /// @returns the time until the next attempt
  nanoseconds wait_for_attempt(nanoseconds longest = 60s) {
    auto before = joins.size();
    nanoseconds waited{0};
    for (constexpr nanoseconds step = 5ms; joins.size() == before && waited < longest; waited += step) advance(step);
    return waited;
  }
  retry_joiner_actor joiner;
};

} // namespace

TEST_CASE("a join is tried again until somebody answers, and then no more") {
  joining w;
  REQUIRE(w.joins.size() == 1);
  CHECK(w.joins[0].addresses == string_list{"10.0.0.1", "10.0.0.2"});
  w.refuse();
  CHECK(w.log->count("Join cluster failed, will retry") == 1);
  w.wait_for_attempt();
  REQUIRE(w.joins.size() == 2);
  w.members({stage::server("own", "10.0.0.1"), stage::server("other", "10.0.0.2")});
  w.end(1, {{"10.0.0.1", "refused"}});
  CHECK(w.log->count("Join cluster completed. Synced with initial agents cluster=LAN num_agents=1") == 1);
  w.advance(120s);
  CHECK(w.joins.size() == 2);
  CHECK(w.fatal.empty());
}

TEST_CASE("attempts to join begin with short waits that double up to the interval") {
  joining w;
  std::vector<nanoseconds> waits;
  nanoseconds sum{0};
  while (sum < 30s && waits.size() < 50) {
    w.refuse();
    waits.push_back(w.wait_for_attempt());
    sum += waits.back();
  }
  REQUIRE(waits.size() > 5);
  CHECK(waits.size() < 12);
  CHECK(waits[0] <= 105ms);
  CHECK(waits[0] + waits[1] + waits[2] <= 715ms); // finds another agent that starts at the same moment
  for (std::size_t i = 1; i + 1 < waits.size(); ++i) CHECK(waits[i] <= 105ms * (1 << i));
  CHECK(sum <= 30s + 100ms); // the interval's own attempt is on time
  for (int i = 0; i < 3; ++i) {
    w.refuse();
    auto wait = w.wait_for_attempt();
    CHECK(wait > 29s);
    CHECK(wait <= 31s);
  }
}

TEST_CASE("agents that start at the same moment do not try to join in step") {
  std::mt19937_64 first(1), second(2);
  backoff a(100ms, 30s), b(100ms, 30s);
  int same = 0;
  for (int i = 0; i < 8; ++i) same += a.next(first) == b.next(second);
  CHECK(same == 0);
  (void)a.next(first);
  CHECK(a.next(first) == 30s); // no jitter at the maximum
}

TEST_CASE("short attempts do not count towards the attempts after which the process ends") {
  joining w(2);
  auto began = w.now();
  while (w.fatal.empty() && w.joins.size() < 100) {
    w.refuse();
    if (w.fatal.empty()) w.wait_for_attempt();
  }
  CHECK(w.fatal == std::vector<std::string>{"agent: max join LAN retry exhausted, exiting"});
  // The third failure that counts: after 0, 30 and 60 seconds.
  CHECK(w.now() - began >= 60s);
  CHECK(w.now() - began <= 61s);
}

TEST_CASE("an interval shorter than the first wait is kept") {
  joining w(3, 20ms);
  for (int i = 0; i < 3; ++i) {
    w.refuse();
    CHECK(w.wait_for_attempt() <= 25ms);
  }
  w.refuse();
  CHECK(w.fatal.size() == 1);
}

TEST_CASE("an agent that reached only itself goes on trying to join the others, without end") {
  joining w(1);
  w.members({stage::server("own", "10.0.0.1")});
  for (int i = 0; i < 20; ++i) {
    w.end(1, {{"10.0.0.2", "refused"}});
    w.wait_for_attempt();
  }
  CHECK(w.joins.size() == 21);
  CHECK(w.fatal.empty());
  CHECK(w.log->count("Join cluster completed") == 0);
  w.members({stage::server("own", "10.0.0.1"), stage::server("other", "10.0.0.2")});
  w.end(2);
  CHECK(w.log->count("Join cluster completed. Synced with initial agents cluster=LAN num_agents=2") == 1);
}

TEST_CASE("the list of a lone server may name just itself") {
  joining w(1);
  w.members({stage::server("own", "10.0.0.1")});
  w.end(1);
  CHECK(w.log->count("Join cluster completed") == 1);
}

TEST_CASE("the log shows a failure once as long as it stays the same within an interval") {
  joining w;
  for (int i = 0; i < 5; ++i) {
    w.refuse();
    w.wait_for_attempt();
  }
  CHECK(w.log->warnings == 1);
  w.end(0, {{"10.0.0.1", "timeout"}});
  CHECK(w.log->warnings == 2);
}

TEST_CASE("addresses that need a plug-in are refused by name") {
  CHECK(check_join_addresses("retry_join", {"10.0.0.1", "host:8301"}));
  auto refused = check_join_addresses("retry_join", {"10.0.0.1", "provider=aws tag_key=x"});
  REQUIRE(!refused);
  CHECK(refused.error().text.find("retry_join: \"provider=aws tag_key=x\"") == 0);
}
