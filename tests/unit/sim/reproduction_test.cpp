#include "sim/reproduction.hpp"

#include <catch2/catch.hpp>

using namespace praetor::sim;

TEST_CASE("a reproduction reads as it was written, to the nanosecond") {
  reproduction r;
  r.scenario = "split_brain";
  r.seed = 18446744073709551615ull;
  r.length = std::chrono::nanoseconds(12345678901);
  r.without_clients = {0, 3};
  fault f;
  f.kind = fault_kind::old_disk;
  f.at = std::chrono::nanoseconds(3250000001);
  f.lasts = std::chrono::milliseconds(1500);
  f.nodes = {"leader", "server2"};
  f.amount = 0.37;
  r.faults = fault_schedule{f};
  auto again = read_reproduction(to_json(r));
  REQUIRE(again);
  CHECK(*again == r);
}

TEST_CASE("a list of faults alone will do, in the order of time") {
  auto r = read_reproduction(R"([{"kind": "crash", "at": 9, "lasts": 1, "nodes": ["leader"]},
                                 {"kind": "ring", "at": 2.5}])");
  REQUIRE(r);
  REQUIRE(r->faults->size() == 2);
  CHECK(r->faults->front().kind == fault_kind::ring);
  CHECK(r->faults->front().at == std::chrono::milliseconds(2500));
  CHECK(r->scenario.empty());
}

TEST_CASE("what is no reproduction is refused with the place and what would be right") {
  auto says = [](const char* text, const char* part) {
    auto r = read_reproduction(text);
    REQUIRE_FALSE(r);
    INFO(r.error().text);
    CHECK(r.error().text.find(part) != std::string::npos);
  };
  says("nonsense", "not JSON");
  says("7", "has to be an object");
  says(R"([{"kind": "meteor"}])", "faults[0]: \"meteor\" is no kind of fault; there are crash");
  says(R"([{"at": 1}])", "faults[0] needs a kind");
  says(R"([{"kind": "crash", "at": -1}])", "faults[0].at has to be a number of seconds");
  says(R"([{"kind": "crash", "nodes": "leader"}])", "nodes has to be a list");
  says(R"({"faults": [], "sead": 1})", "unknown member \"sead\"");
  says(R"({"seed": -1})", "seed has to be a whole number");
}

TEST_CASE("seconds are written with the decimals that they have") {
  CHECK(seconds_text(std::chrono::seconds(3)) == "3");
  CHECK(seconds_text(std::chrono::milliseconds(3250)) == "3.25");
  CHECK(seconds_text(std::chrono::nanoseconds(1)) == "0.000000001");
}
