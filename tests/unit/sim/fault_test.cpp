#include "sim/random_faults.hpp"

#include <catch2/catch.hpp>

#include <set>

using namespace praetor::sim;

namespace {

scenario world_of_three() {
  scenario out;
  out.who.agents = 2;
  out.length = std::chrono::seconds(122);
  return out;
}

} // namespace

TEST_CASE("every kind of fault has a row with a name of its own") {
  auto kinds = all_fault_kinds();
  // The last kind: new ones are added above it.
  REQUIRE(kinds.size() == static_cast<std::size_t>(fault_kind::remove_server) + 1);
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kinds.size(); ++i) {
    CHECK(kinds[i] == static_cast<fault_kind>(i));
    CHECK(names.insert(name_of(kinds[i])).second);
    CHECK(fault_kind_named(name_of(kinds[i])) == kinds[i]);
  }
  CHECK_FALSE(fault_kind_named("bad_luck"));
}

TEST_CASE("a fault is described by its times, its name, whom it hits and its amount") {
  fault f;
  f.kind = fault_kind::slow_links;
  f.at = std::chrono::milliseconds(3250);
  f.lasts = std::chrono::milliseconds(1500);
  f.nodes = {"leader", "any"};
  f.amount = 0.25;
  CHECK(describe(f) == "at 3.250 s for 1.500 s: slow_links of leader, any (0.25)");
}

TEST_CASE("the usual rates leave out what a cluster need not stand") {
  auto rates = usual_rates().a_minute;
  CHECK(rates.at(fault_kind::crash) == 2);
  CHECK(rates.at(fault_kind::flap) == 0.7);
  CHECK(rates.at(fault_kind::lost_disk) == 0.3);
  for (auto kind : {fault_kind::old_disk, fault_kind::destroy, fault_kind::read_errors, fault_kind::bit_flip,
                    fault_kind::add_server, fault_kind::remove_server})
    CHECK_FALSE(rates.contains(kind));
}

TEST_CASE("random schedules name whom each kind can hit, and amounts within its bounds") {
  std::mt19937_64 random(1);
  fault_rates rates;
  for (auto kind : all_fault_kinds()) rates.a_minute[kind] = 50;
  for (const auto& f : random_faults(rates, world_of_three(), random)) {
    INFO(describe(f));
    if (f.kind == fault_kind::ring) CHECK(f.nodes.empty());
    if (f.kind == fault_kind::full_disk) {
      REQUIRE(f.nodes.size() == 1);
      CHECK(f.nodes.front() != "agent");
    }
    if (f.kind == fault_kind::loss) {
      CHECK(f.nodes.size() <= 1);
      CHECK((f.amount >= 0.02 && f.amount <= 0.5));
    }
    if (f.kind == fault_kind::crash) CHECK(f.amount == 0);
  }
}
