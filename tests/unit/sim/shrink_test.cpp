#include "sim/shrink.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace praetor::sim;
using std::chrono::seconds;

namespace {

fault made(fault_kind kind, int at, int lasts) {
  fault f;
  f.kind = kind;
  f.at = seconds(at);
  f.lasts = seconds(lasts);
  f.nodes = {"leader"};
  return f;
}

scenario with_clients(unsigned clients) {
  scenario s;
  s.work = {{workload_kind::kv, clients}};
  s.length = seconds(40);
  return s;
}

reproduction whole() {
  reproduction r;
  r.scenario = "made";
  r.seed = 7;
  r.faults.emplace();
  for (int i = 0; i < 16; ++i) r.faults->push_back(made(i == 5 ? fault_kind::pause : fault_kind::crash, i + 1, 4));
  return r;
}

bool has(const reproduction& r, fault_kind kind) {
  return std::any_of(r.faults->begin(), r.faults->end(), [&](const fault& f) { return f.kind == kind; });
}

const finding split_vote{"one leader a term", seconds(9), "two leaders in term 3"};

} // namespace

TEST_CASE("a failure shrinks to the faults, clients and time that it needs") {
  // Fails with a pause of at least half a second, client 2, and ten seconds.
  attempt again = [](const reproduction& r) -> std::vector<finding> {
    bool client = std::find(r.without_clients.begin(), r.without_clients.end(), 2U) == r.without_clients.end();
    bool paused = std::any_of(r.faults->begin(), r.faults->end(), [](const fault& f) {
      return f.kind == fault_kind::pause && f.lasts >= std::chrono::milliseconds(500);
    });
    if (client && paused && r.length.value_or(seconds(40)) >= seconds(10)) return {split_vote};
    return {};
  };
  auto s = shrink(whole(), with_clients(5), split_vote, again, 500);
  CHECK_FALSE(s.exhausted);
  REQUIRE(s.smallest.faults->size() == 1);
  CHECK(s.smallest.faults->front().kind == fault_kind::pause);
  CHECK(s.smallest.faults->front().lasts == std::chrono::milliseconds(500));
  CHECK(s.smallest.without_clients == std::vector<unsigned>{0, 1, 3, 4});
  REQUIRE(s.smallest.length);
  CHECK(*s.smallest.length >= seconds(10));
  CHECK(*s.smallest.length < seconds(11));
  CHECK(s.still.text == split_vote.text);
}

TEST_CASE("shrinking keeps to the checker that objected first") {
  finding other{"linearizable", seconds(1), "something else"};
  attempt again = [&](const reproduction& r) -> std::vector<finding> {
    if (has(r, fault_kind::pause)) return {other, split_vote};
    return {other};
  };
  auto s = shrink(whole(), with_clients(1), split_vote, again, 500);
  CHECK(s.smallest.faults->size() == 1);
  CHECK(s.still.checker == split_vote.checker);
}

TEST_CASE("two faults that fail only together both stay") {
  attempt again = [&](const reproduction& r) -> std::vector<finding> {
    const auto& f = *r.faults;
    auto at = [&](int second) {
      return std::any_of(f.begin(), f.end(), [&](const fault& one) { return one.at == seconds(second); });
    };
    if (at(2) && at(15)) return {split_vote};
    return {};
  };
  auto s = shrink(whole(), with_clients(1), split_vote, again, 500);
  REQUIRE(s.smallest.faults->size() == 2);
  CHECK(s.smallest.faults->front().at == seconds(2));
  CHECK(s.smallest.faults->back().at == seconds(15));
}

TEST_CASE("shrinking ends when its attempts do, with what it has") {
  unsigned runs = 0;
  attempt again = [&](const reproduction&) -> std::vector<finding> {
    ++runs;
    return {split_vote};
  };
  attempt never = [](const reproduction&) -> std::vector<finding> { return {}; };
  auto s = shrink(whole(), with_clients(3), split_vote, again, 3);
  CHECK(s.exhausted);
  CHECK(runs == 3);
  auto same = shrink(whole(), with_clients(3), split_vote, never, 1000);
  CHECK_FALSE(same.exhausted);
  CHECK(same.smallest == whole());
}
