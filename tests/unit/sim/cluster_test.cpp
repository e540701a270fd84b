#include "sim/cluster.hpp"

#include <catch2/catch.hpp>

using namespace praetor;
using namespace praetor::sim;

namespace {

std::string told(const cluster_report& r) {
  std::string out = "seed " + std::to_string(r.seed) + ", steps " + std::to_string(r.steps) + ", requests " +
                    std::to_string(r.requests) + ", answers " + std::to_string(r.answers) + ", unknown " +
                    std::to_string(r.unknown) + ", entries " + std::to_string(r.entries) + ", lives " +
                    std::to_string(r.lives) + ", terms " + std::to_string(r.terms) + ", snapshots installed " +
                    std::to_string(r.installed) + ", messages " + std::to_string(r.messages) + ", connections " +
                    std::to_string(r.connections);
  for (const auto& finding : r.findings) out += "\n  " + finding;
  return out;
}

} // namespace

TEST_CASE("three servers begin a cluster and serve without faults") {
  cluster_options options;
  options.length = std::chrono::seconds(8);
  options.fault_interval = duration{0};
  options.lines.reset_every = 0;
  auto report = run_cluster(options);
  INFO(told(report));
  CHECK(report.findings.empty());
  CHECK(report.terms >= 1);
  CHECK(report.entries > 50);
}

TEST_CASE("three servers keep their promises through crashes and cut lines, and a seed gives one trace") {
  std::uint64_t terms = 0, entries = 0, installed = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    cluster_options options;
    options.seed = seed;
    options.node.snapshot_threshold = 20;
    options.node.snapshot_interval = std::chrono::seconds(1);
    options.node.trailing_logs = 5;
    auto first = run_cluster(options);
    INFO(told(first));
    CHECK(first.findings.empty());
    if (seed % 5 == 0) {
      auto second = run_cluster(options);
      INFO(told(second));
      CHECK(first.trace == second.trace);
    }
    terms += first.terms;
    entries += first.entries;
    installed += first.installed;
  }
  // The runs were about something.
  CHECK(terms > 40);
  CHECK(entries > 2000);
  CHECK(installed > 0);
}

TEST_CASE("five servers keep their promises") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    cluster_options options;
    options.seed = seed;
    options.servers = 5;
    options.length = std::chrono::seconds(10);
    auto report = run_cluster(options);
    INFO(told(report));
    CHECK(report.findings.empty());
  }
}
