#include <catch2/catch.hpp>
#include <cstdlib>

#include "tests/unit/raft/random_world.hpp"

using praetor::raft::test::random_world;

// PRAETOR_RAFT_SEED=n replays one run, PRAETOR_RAFT_RUNS=n sets the number of runs.
TEST_CASE("Raft keeps its promises under every kind of trouble", "[raft][random]") {
  auto number = [](const char* name, std::uint64_t otherwise) {
    auto* text = std::getenv(name);
    return text ? std::strtoull(text, nullptr, 10) : otherwise;
  };
  auto first = number("PRAETOR_RAFT_SEED", 1);
  auto runs = number("PRAETOR_RAFT_RUNS", std::getenv("PRAETOR_RAFT_SEED") ? 1 : 12);
  std::size_t leaders = 0, commits = 0, leases = 0, reads = 0, installs = 0, changes = 0, crashes = 0;
  for (auto seed = first; seed < first + runs; ++seed) {
    INFO("PRAETOR_RAFT_SEED=" << seed);
    random_world world(seed);
    world.run(4000);
    CHECK(world.breach == "");
    leaders += world.leaders;
    commits += world.commits;
    leases += world.lease_checks;
    reads += world.reads;
    installs += world.installs;
    changes += world.changes;
    crashes += world.crashes;
  }
  CAPTURE(leaders, commits, leases, reads, installs, changes, crashes);
  if (std::getenv("PRAETOR_RAFT_RUNS"))
    WARN("leaders " << leaders << " commits " << commits << " lease checks " << leases << " reads " << reads
                    << " installs " << installs << " changes " << changes << " crashes " << crashes);
  CHECK(leaders > runs);
  CHECK(commits > 100 * runs);
  CHECK(leases > 1000 * runs);
  CHECK(reads > 100 * runs);
  if (runs >= 10) {
    CHECK(installs > 0);
    CHECK(changes > runs);
  }
}
