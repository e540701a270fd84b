#include "sim/single_agent.hpp"

#include <catch2/catch.hpp>

using namespace praetor;
using namespace praetor::sim;

namespace {

std::string told(const run_report& r) {
  std::string out = "seed " + std::to_string(r.seed) + ", steps " + std::to_string(r.steps) + ", requests " +
                    std::to_string(r.requests) + ", answers " + std::to_string(r.answers) + ", unknown " +
                    std::to_string(r.unknown) + ", operations " + std::to_string(r.operations) + ", entries " +
                    std::to_string(r.entries) + ", lives " + std::to_string(r.lives) + ", snapshots " +
                    std::to_string(r.snapshots);
  for (const auto& finding : r.findings) out += "\n  " + finding;
  return out;
}

} // namespace

TEST_CASE("one agent under all clients and crashes keeps its promises, and a seed gives one trace") {
  std::uint64_t lives = 0, answers = 0, snapshots = 0;
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    single_agent_options options;
    options.seed = seed;
    auto first = run_single_agent(options);
    auto second = run_single_agent(options);
    INFO(told(first));
    INFO(told(second));
    CHECK(first.findings.empty());
    CHECK(first.trace == second.trace);
    CHECK(first.steps == second.steps);
    lives += first.lives;
    answers += first.answers;
    snapshots += first.snapshots;
  }
  // The runs were about something.
  CHECK(lives > 150);
  CHECK(answers > 10000);
  CHECK(snapshots > 50);
}

TEST_CASE("other seeds give other traces") {
  single_agent_options options;
  options.length = std::chrono::seconds(2);
  options.seed = 1;
  auto one = run_single_agent(options);
  options.seed = 2;
  auto two = run_single_agent(options);
  CHECK(one.trace != two.trace);
}

TEST_CASE("a disk that says it has synced and has not is found out") {
  unsigned found_out = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    single_agent_options options;
    options.seed = seed;
    options.length = std::chrono::seconds(20);
    options.crash_interval = std::chrono::seconds(4);
    options.node.disk.lies_about_sync = true;
    options.node.snapshot_threshold = 1000000;
    if (!run_single_agent(options).findings.empty()) ++found_out;
  }
  CHECK(found_out == 5);
}
