#include "sim/run.hpp"

#include <catch2/catch.hpp>

using namespace praetor::sim;

// Regression tests: the scenarios and seeds that found a bug.

namespace {

void passes(const char* name, std::uint64_t seed) {
  auto* what = find_scenario(name);
  REQUIRE(what);
  run_options options;
  options.seed = seed;
  auto r = run(*what, options);
  INFO(name << ", seed " << seed);
  for (const auto& f : r.findings) INFO(f.checker << ": " << f.text);
  CHECK(r.findings.empty());
}

} // namespace

TEST_CASE("a leader that stood still and was replaced answers no renewal from its old state") {
  passes("paused_leader", 11);
  passes("lock_delay_and_failover", 12);
}

TEST_CASE("a server that came back on an older disk is filled up by the same leader") {
  passes("returned_old_disk", 22);
}

TEST_CASE("who comes back soon after it left is not taken for leaving") {
  passes("failures_in_membership_change", 4);
  passes("failures_in_membership_change", 7);
}
