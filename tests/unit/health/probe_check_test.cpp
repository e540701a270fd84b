#include "health_world.hpp"

using namespace praetor;
using namespace std::chrono_literals;

namespace {

check_definition http_check(nanoseconds interval = 10s) {
  check_definition d;
  d.id = "web";
  d.http = "http://127.0.0.1/";
  d.interval = interval;
  return d;
}

probe_result result_of(char letter) {
  if (letter == 'p') return {"passing", "p"};
  if (letter == 'w') return {"warning", "w"};
  if (letter == '!') return {"critical", "!", true};
  return {"critical", "c"};
}

} // namespace

TEST_CASE("the first attempt comes after a random part of the interval, never later") {
  std::set<nanoseconds> delays;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    health_world world;
    world.seed = seed;
    auto runner = world.start(http_check());
    REQUIRE(world.probes->attempts.empty());
    world.advance(10s - 1ns);
    REQUIRE(world.probes->attempts.size() == 1);
    delays.insert(world.probes->attempts[0]->at);
    world.end(runner);
  }
  CHECK(delays.size() == 20);
}

TEST_CASE("the next attempt starts one interval after the last one ended, and never before it ended") {
  health_world world;
  auto runner = world.start(http_check());
  world.advance(10s);
  auto& attempts = world.probes->attempts;
  REQUIRE(attempts.size() == 1);
  world.advance(60s);
  CHECK(attempts.size() == 1);
  auto ended = world.now();
  attempts[0]->done(result_of('p'));
  world.run();
  REQUIRE(world.results.size() == 1);
  CHECK(world.results[0].status == "passing");
  CHECK(world.results[0].output == "p");
  world.advance(10s - 1ns);
  CHECK(attempts.size() == 1);
  world.advance(1ns);
  REQUIRE(attempts.size() == 2);
  CHECK(attempts[1]->at == ended + 10s);
  world.end(runner);
}

TEST_CASE("a thousand checks keep their pace exactly") {
  health_world world;
  world.probes->rule = [](std::size_t) { return result_of('p'); };
  std::vector<check_runner_actor> runners;
  for (int i = 0; i < 1000; ++i) runners.push_back(world.start(http_check(1s)));
  world.advance(10s - 1ns);
  CHECK(world.probes->attempts.size() == 10000);
  for (auto& runner : runners) world.end(runner);
}

TEST_CASE("an attempt gets its kind's time-out unless the check has one") {
  auto timeout_of = [](check_definition d) {
    health_world world;
    auto runner = world.start(std::move(d));
    world.advance(10s);
    auto timeout = world.probes->attempts.at(0)->request.timeout;
    world.end(runner);
    return timeout;
  };
  auto d = http_check();
  CHECK(timeout_of(d) == 10s);
  d.timeout = 3s;
  CHECK(timeout_of(d) == 3s);
  d.http.clear();
  d.timeout = 0s;
  d.script_args = {"true"};
  CHECK(timeout_of(d) == 30s);
  d.docker_container_id = "c";
  CHECK(timeout_of(d) == 10min);
}

TEST_CASE("a check that ends takes its attempt with it, and late answers are nobody's") {
  health_world world;
  auto runner = world.start(http_check());
  world.advance(10s);
  auto attempt = world.probes->attempts.at(0);
  CHECK_FALSE(attempt->cancelled);
  world.end(runner);
  CHECK(attempt->cancelled);
  attempt->done(result_of('p'));
  world.run();
  CHECK(world.results.empty());
}

TEST_CASE("thresholds decide how many results change a status") {
  struct row {
    int passing;
    std::optional<int> warning;
    int critical;
    std::string results, statuses; // p, w, c; '-': no report
  };
  auto rows = std::vector<row>{
      {0, std::nullopt, 0, "pcwc", "pcwc"},
      // The first result takes effect at once, whatever the thresholds.
      {3, std::nullopt, 0, "pcppp", "pc--p"},
      {0, std::nullopt, 3, "cpcccc", "cp--cc"},
      {2, std::nullopt, 2, "pcpccpp", "p---c-p"},
      {0, 1, 3, "pcccp", "pwwcp"},
      {0, 2, 3, "pcccp", "p-wcp"},
      // A success ends a series of failures; a warning counts as a success.
      {0, std::nullopt, 2, "pcwcc", "p-w-c"},
      // Results that bypass the thresholds leave the counters unchanged.
      {0, std::nullopt, 3, "p!c", "pc-"},
  };
  for (const auto& r : rows) {
    health_world world;
    auto d = http_check();
    d.success_before_passing = r.passing;
    d.failures_before_critical = r.critical;
    if (r.warning) d.failures_before_warning = *r.warning;
    world.probes->rule = [&](std::size_t n) { return result_of(r.results.at(n)); };
    auto runner = world.start(d);
    std::string seen;
    for (std::size_t i = 0; i < r.results.size(); ++i) {
      auto before = world.results.size();
      while (world.probes->attempts.size() <= i) world.advance(1s);
      seen += world.results.size() == before ? '-' : world.results.back().status[0];
    }
    INFO(r.results);
    CHECK(seen == r.statuses);
    world.end(runner);
  }
}

TEST_CASE("a definition that asks for nothing has no worker") {
  health_world world;
  CHECK_FALSE(world.start(check_definition{}));
}
