#include "actors/retry_joiner.hpp"
#include "stage.hpp"

using namespace praetor;

namespace {

struct joining : stage {
  explicit joining(std::int64_t most_tries = 0) {
    retry_join_options o;
    o.outside = outside;
    o.prober = prober();
    o.addresses = {"10.0.0.1", "10.0.0.2"};
    o.interval = 30s;
    o.most_tries = most_tries;
    joiner = keep(system.spawn(retry_joiner, std::move(o)));
  }
  void end(std::size_t reached, const string_list& errors = {}) {
    joins.back().done(reached, errors);
    run();
  }
  retry_joiner_actor joiner;
};

} // namespace

TEST_CASE("a join is tried again after its interval until somebody answers, and then no more") {
  joining w;
  REQUIRE(w.joins.size() == 1);
  CHECK(w.joins[0].addresses == string_list{"10.0.0.1", "10.0.0.2"});
  w.end(0, {"Failed to join 10.0.0.1: refused"});
  CHECK(w.log->count("Join cluster failed, will retry") == 1);
  w.advance(29s);
  CHECK(w.joins.size() == 1);
  w.advance(1s);
  REQUIRE(w.joins.size() == 2);
  w.end(1, {"Failed to join 10.0.0.1: refused"});
  CHECK(w.log->count("Join cluster completed. Synced with initial agents cluster=LAN num_agents=1") == 1);
  w.advance(120s);
  CHECK(w.joins.size() == 2);
  CHECK(w.fatal.empty());
}

TEST_CASE("a join that may fail only so often ends the process with a sentence") {
  joining w(2);
  for (int i = 0; i < 3; ++i) {
    CHECK(w.fatal.empty());
    w.end(0, {"Failed to join 10.0.0.1: refused"});
    w.advance(30s);
  }
  CHECK(w.fatal == std::vector<std::string>{"agent: max join LAN retry exhausted, exiting"});
  CHECK(w.joins.size() == 3);
}

TEST_CASE("addresses that need a plug-in are refused by name") {
  CHECK(check_join_addresses("retry_join", {"10.0.0.1", "host:8301"}));
  auto refused = check_join_addresses("retry_join", {"10.0.0.1", "provider=aws tag_key=x"});
  REQUIRE(!refused);
  CHECK(refused.error().text.find("retry_join: \"provider=aws tag_key=x\"") == 0);
}
