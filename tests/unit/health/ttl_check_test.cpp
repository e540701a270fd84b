#include "health_world.hpp"

using namespace praetor;
using namespace std::chrono_literals;

namespace {

check_definition ttl_definition() {
  check_definition d;
  d.id = "t";
  d.ttl = 10s;
  return d;
}

} // namespace

TEST_CASE("a TTL check expires once when nobody speaks") {
  health_world world;
  auto runner = world.start(ttl_definition());
  world.advance(10s - 1ns);
  CHECK(world.results.empty());
  world.advance(1ns);
  REQUIRE(world.results.size() == 1);
  CHECK(world.results[0].check == "t");
  CHECK(world.results[0].status == "critical");
  CHECK(world.results[0].output == "TTL expired");
  world.advance(100s);
  CHECK(world.results.size() == 1);
  world.end(runner);
}

TEST_CASE("each renewal starts a TTL check's countdown afresh, also after it expired") {
  health_world world;
  auto runner = world.start(ttl_definition());
  for (int i = 0; i < 20; ++i) {
    world.advance(9s);
    world.renew(runner);
  }
  CHECK(world.results.empty());
  world.advance(10s);
  CHECK(world.results.size() == 1);
  world.advance(30s);
  world.renew(runner);
  world.advance(10s - 1ns);
  CHECK(world.results.size() == 1);
  world.advance(1ns);
  CHECK(world.results.size() == 2);
  world.end(runner);
}

TEST_CASE("a restored TTL check has only what was left, then its whole TTL") {
  health_world world;
  auto runner = world.start(ttl_definition(), 3s);
  world.advance(2s);
  world.renew(runner);
  world.advance(10s - 1ns);
  CHECK(world.results.empty());
  world.advance(1ns);
  CHECK(world.results.size() == 1);
  auto other = world.start(ttl_definition(), 3s);
  world.advance(3s);
  CHECK(world.results.size() == 2);
  world.end(runner);
  world.end(other);
}

TEST_CASE("an expired TTL check quotes what its client said last") {
  health_world world;
  health_check check;
  check.check_id = "t";
  check.output = "all fine";
  world.publish({}, {check});
  auto runner = world.start(ttl_definition());
  world.advance(10s);
  REQUIRE(world.results.size() == 1);
  CHECK(world.results[0].output == "TTL expired (last output before timeout follows): all fine");
  world.end(runner);
}
