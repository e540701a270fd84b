#include "sim/random_faults.hpp"
#include "sim/run.hpp"

#include <catch2/catch.hpp>

#include <cstdio>
#include <filesystem>

using namespace praetor;
using namespace praetor::sim;

namespace {

std::string report_of_run(const run_result& r) {
  std::string out = "seed " + std::to_string(r.seed) + ", steps " + std::to_string(r.steps) + ", requests " +
                    std::to_string(r.requests) + ", answers " + std::to_string(r.answers) + ", unknown " +
                    std::to_string(r.unknown) + ", entries " + std::to_string(r.entries) + ", lives " +
                    std::to_string(r.lives) + ", terms " + std::to_string(r.terms) + ", snapshots installed " +
                    std::to_string(r.snapshots_installed) + ", messages " + std::to_string(r.messages) +
                    ", connections " + std::to_string(r.connections) + ", packets " + std::to_string(r.packets);
  for (const auto& f : r.faults) out += "\n  " + describe(f);
  for (const auto& f : r.findings)
    out += "\n  at " + std::to_string(f.at.count() / 1000000) + " ms: " + f.checker + ": " + f.text;
  return out;
}

run_result run_named(const std::string& name, std::uint64_t seed) {
  auto* what = find_scenario(name);
  REQUIRE(what);
  run_options options;
  options.seed = seed;
  return run(*what, options);
}

} // namespace

TEST_CASE("three servers begin a cluster and serve without faults") {
  auto r = run_named("three_servers", 1);
  INFO(report_of_run(r));
  CHECK(r.findings.empty());
  CHECK(r.terms >= 1);
  CHECK(r.entries > 50);
}

namespace {

/// Runs this test program again for the traces alone. @returns its output
std::string traces_of_another_process() {
  std::string out;
  auto self = std::filesystem::read_symlink("/proc/self/exe").string();
  auto* from = popen(("'" + self + "' '[traces]'").c_str(), "r");
  REQUIRE(from);
  char text[256];
  while (std::fgets(text, sizeof text, from))
    if (std::string line = text; line.starts_with("trace ")) out += line;
  pclose(from);
  return out;
}

std::string traces() {
  std::string out;
  for (std::uint64_t seed = 101; seed <= 103; ++seed)
    out += "trace " + std::to_string(seed) + " " + std::to_string(run_named("random_faults", seed).trace) + "\n";
  return out;
}

} // namespace

TEST_CASE("the traces of some runs", "[.][traces]") { std::fputs(traces().c_str(), stdout); }

TEST_CASE("another process runs the same") { CHECK(traces_of_another_process() == traces()); }

TEST_CASE("promises hold under random faults, and a seed gives one trace") {
  std::uint64_t terms = 0, entries = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    auto first = run_named("random_faults", seed);
    INFO(report_of_run(first));
    CHECK(first.findings.empty());
    if (seed % 5 == 0) {
      auto second = run_named("random_faults", seed);
      INFO(report_of_run(second));
      CHECK(first.trace == second.trace);
    }
    terms += first.terms;
    entries += first.entries;
  }
  // The runs were meaningful.
  CHECK(terms > 20);
  CHECK(entries > 1000);
}

TEST_CASE("a server that was away for long is filled up with the leader's snapshot, over links that break") {
  std::uint64_t installed = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    auto r = run_named("snapshot_under_loss", seed);
    INFO(report_of_run(r));
    CHECK(r.findings.empty());
    installed += r.snapshots_installed;
  }
  CHECK(installed > 0);
}

TEST_CASE("servers of two datacenters find each other, and again after a time apart") {
  auto r = run_named("datacenters_apart", 1);
  INFO(report_of_run(r));
  CHECK(r.findings.empty());
}

TEST_CASE("each kind of fault alone is stood") {
  for (auto kind : all_fault_kinds()) {
    scenario what;
    what.name = "one_fault";
    what.who.agents = 1;
    what.who.node.snapshot_threshold = 20;
    what.who.node.snapshot_interval = std::chrono::seconds(1);
    what.who.node.trailing_logs = 5;
    what.work = {{workload_kind::kv, 3}};
    what.length = std::chrono::seconds(15);
    what.faults = [kind](const scenario& s, std::mt19937_64& random) {
      fault_rates rates;
      rates.a_minute[kind] = 12;
      return random_faults(rates, s, random);
    };
    run_options options;
    options.seed = 7;
    auto r = run(what, options);
    INFO(name_of(kind));
    INFO(report_of_run(r));
    CHECK(r.findings.empty());
    CHECK(r.faults.size() > 1);
  }
}
