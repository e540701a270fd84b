#include "sim/attackers/siege.hpp"
#include "sim/run.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace praetor::sim;

namespace {

run_result run_once(const scenario& what, std::uint64_t seed) {
  run_options options;
  options.seed = seed;
  return run(what, options);
}

std::string report_of_attack(const run_result& r) {
  std::string out = "steps " + std::to_string(r.steps) + ", messages " + std::to_string(r.messages);
  for (const auto& f : r.findings)
    out += "\n  at " + std::to_string(f.at.count() / 1000000) + " ms: " + f.checker + ": " + f.text;
  return out;
}

bool found(const run_result& r, std::string_view checker) {
  return std::any_of(r.findings.begin(), r.findings.end(), [&](const finding& f) { return f.checker == checker; });
}

} // namespace

TEST_CASE("every scenario with attackers passes, and sends them") {
  unsigned attacked = 0;
  for (const auto& s : scenarios()) {
    if (s.attackers.empty()) continue;
    ++attacked;
    auto r = run_once(s, 3);
    INFO(s.name);
    INFO(report_of_attack(r));
    CHECK(r.findings.empty());
    CHECK(r.undecided.empty());
  }
  CHECK(attacked >= 6);
}

TEST_CASE("attackers do the same for the same seed") {
  const auto& s = *find_scenario("forged_servers");
  CHECK(run_once(s, 11).trace == run_once(s, 11).trace);
}

TEST_CASE("attackers can be left out one by one, as clients can") {
  auto s = *find_scenario("forged_servers");
  unsigned all = 0;
  for (const auto& w : s.work) all += w.clients;
  auto first_attacker = all;
  for (const auto& a : s.attackers) all += a.count;
  run_options options;
  for (auto i = first_attacker; i < all; ++i) options.without_clients.push_back(i);
  auto quiet = run(s, options);
  options.without_clients.clear();
  auto attacked = run(s, options);
  CHECK(quiet.findings.empty());
  CHECK(attacked.messages > quiet.messages + 200);
}

TEST_CASE("what attackers write without permission is found") {
  auto s = *find_scenario("agents_gone_bad");
  // The checkers assume a cluster with ACLs, which are disabled.
  s.who.node.configuration = "acl { enabled = false default_policy = \"deny\" }";
  auto r = run_once(s, 1);
  INFO(report_of_attack(r));
  CHECK((found(r, "permission") || found(r, "no mark of an attacker")));
}
