#include "health_world.hpp"

using namespace praetor;
using namespace std::chrono_literals;

namespace {

check_definition alias_of(const std::string& service) {
  check_definition d;
  d.id = "alias";
  d.alias_service = service;
  return d;
}

health_check check_of(const std::string& service, const std::string& id, const std::string& status,
                      const std::string& output = {}) {
  health_check c;
  c.service_id = service;
  c.check_id = id;
  c.name = id;
  c.status = status;
  c.output = output;
  return c;
}

void expect(const health_world& world, const std::string& status, const std::string& output) {
  REQUIRE_FALSE(world.results.empty());
  CHECK(world.results.back().check == "alias");
  CHECK(world.results.back().status == status);
  CHECK(world.results.back().output == output);
}

} // namespace

TEST_CASE("an alias follows the checks of its service and of the node") {
  health_world world;
  auto runner = world.start(alias_of("web"));
  expect(world, "critical", "Service web could not be found on node ");
  world.publish({"web"}, {});
  expect(world, "passing", "No checks found.");
  world.publish({}, {check_of("web", "w1", "passing")});
  expect(world, "passing", "All checks passing.");
  world.publish({}, {check_of("web", "w2", "warning", "slow")});
  expect(world, "warning", "Aliased check \"w2\" failing: slow");
  world.publish({}, {check_of("", "disk", "critical", "full")});
  expect(world, "critical", "Aliased check \"disk\" failing: full");
  world.publish({}, {check_of("", "disk", "passing"), check_of("web", "w2", "passing")});
  expect(world, "passing", "All checks passing.");
  auto reports = world.results.size();
  world.publish({"other"}, {check_of("other", "o", "critical")});
  CHECK(world.results.size() == reports);
  world.end(runner);
}

TEST_CASE("an alias speaks at least once a minute") {
  health_world world;
  auto runner = world.start(alias_of("web"));
  CHECK(world.results.size() == 1);
  world.advance(180s);
  CHECK(world.results.size() == 4);
  world.end(runner);
}

TEST_CASE("aliases don't keep themselves or each other critical") {
  health_world world;
  auto other = check_of("", "other", "critical");
  other.type = "alias";
  world.publish({"web"}, {check_of("web", "alias", "critical", "x"), other, check_of("web", "w", "passing")});
  auto runner = world.start(alias_of("web"));
  expect(world, "passing", "All checks passing.");
  world.end(runner);
}
