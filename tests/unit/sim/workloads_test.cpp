#include "sim/history_file.hpp"
#include "sim/run.hpp"

#include <catch2/catch.hpp>

#include <sstream>

using namespace praetor;
using namespace praetor::sim;

namespace {

scenario everything(unsigned servers, unsigned agents) {
  scenario s;
  s.name = "everything";
  s.who.servers = servers;
  s.who.agents = agents;
  s.work = {{workload_kind::kv, 3},
            {workload_kind::transactions, 2},
            {workload_kind::locks, 3, std::chrono::milliseconds(200), 2},
            {workload_kind::semaphores, 3, std::chrono::milliseconds(200), 1},
            {workload_kind::catalog, 2, std::chrono::milliseconds(300), 2},
            {workload_kind::services, 2, std::chrono::milliseconds(400)},
            {workload_kind::definitions, 1, std::chrono::milliseconds(300)},
            {workload_kind::watches, 6},
            {workload_kind::dns, 1}};
  // An agent finds overridden tags at its next full sync: after two minutes at most.
  s.settles_within = std::chrono::seconds(150);
  return s;
}

/// Repeated crashes of the node.
fault_schedule crashes(const char* node, duration every, duration until) {
  fault_schedule out;
  for (auto at = every; at < until; at += every)
    out.push_back({fault_kind::power_loss, at, std::chrono::milliseconds(700), {node}, 0});
  return out;
}

run_result run_with(const scenario& what, std::uint64_t seed, observer* watcher = nullptr) {
  run_options options;
  options.seed = seed;
  options.watcher = watcher;
  return run(what, options);
}

std::string report_of_workload(const run_result& r) {
  std::string out = "seed " + std::to_string(r.seed) + ", requests " + std::to_string(r.requests) + ", answers " +
                    std::to_string(r.answers) + ", operations " + std::to_string(r.operations);
  for (const auto& f : r.findings)
    out += "\n  at " + std::to_string(f.at.count() / 1000000) + " ms: " + f.checker + ": " + f.text;
  for (const auto& u : r.undecided) out += "\n  undecided: " + u;
  return out;
}

} // namespace

TEST_CASE("every kind of client finds its promises kept by a cluster in which nothing goes wrong") {
  auto r = run_with(everything(3, 2), 1);
  INFO(report_of_workload(r));
  CHECK(r.findings.empty());
  CHECK(r.undecided.empty());
  CHECK(r.operations > 500);
}

TEST_CASE("one server keeps its promises to every kind of client through crashes, and a seed gives one trace") {
  auto what = everything(1, 0);
  what.length = std::chrono::seconds(15);
  what.faults = [](const scenario& s, std::mt19937_64&) {
    return crashes("server1", std::chrono::seconds(4), s.length);
  };
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    auto first = run_with(what, seed);
    INFO(report_of_workload(first));
    CHECK(first.findings.empty());
    CHECK(first.lives > 3);
    if (seed == 1) CHECK(run_with(what, seed).trace == first.trace);
  }
}

TEST_CASE("the state can be put back while clients are at work") {
  auto what = everything(3, 0);
  what.work.push_back({workload_kind::snapshots, 1, std::chrono::seconds(1)});
  std::ostringstream lines;
  history_file told_operations(lines);
  auto r = run_with(what, 3, &told_operations);
  INFO(report_of_workload(r));
  CHECK(r.findings.empty());
  CHECK(lines.str().find(R"("operation":"snapshot-restore","key":"","value":"")") != std::string::npos);
}

TEST_CASE("a disk that says it has synced and has not is found out") {
  unsigned found_out = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    auto what = everything(1, 0);
    what.who.node.disk.lies_about_sync = true;
    what.who.node.snapshot_threshold = 1000000;
    what.faults = [](const scenario& s, std::mt19937_64&) {
      return crashes("server1", std::chrono::seconds(4), s.length);
    };
    if (!run_with(what, seed).findings.empty()) ++found_out;
  }
  CHECK(found_out == 5);
}
