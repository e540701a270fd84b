#include "protocol/swim/snapshot.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace praetor::swim;

namespace {

constexpr const char* sample = "alive: a 10.0.0.1:8301\n"
                               "clock: 5\n"
                               "alive: b two 10.0.0.2:8301\n"
                               "alive: c 10.0.0.3:8301\n"
                               "not-alive: c\n"
                               "event-clock: 7\n"
                               "query-clock: 9\n"
                               "alive: a 10.0.0.9:8301\n";

} // namespace

TEST_CASE("a rejoin snapshot says who was alive last and how far the clocks were") {
  auto s = rejoin_snapshot::parse(sample, false);
  CHECK(s.alive() == std::map<std::string, std::string>{{"a", "10.0.0.9:8301"}, {"b two", "10.0.0.2:8301"}});
  CHECK(s.clocks() == lamport_clocks{5, 7, 9});
  CHECK(s.size() == std::string(sample).size());
}

TEST_CASE("a leave forgets who was alive, unless the agent is to come back all the same") {
  auto file = std::string(sample) + "leave\n";
  CHECK(rejoin_snapshot::parse(file, false).alive().empty());
  CHECK(rejoin_snapshot::parse(file, false).clocks() == lamport_clocks{});
  CHECK(rejoin_snapshot::parse(file, true).alive().size() == 2);
  CHECK(rejoin_snapshot::parse(file + "alive: d 10.0.0.4:1\n", false).alive().size() == 1);
}

TEST_CASE("lines that make no sense, and one cut short, are passed over") {
  auto s = rejoin_snapshot::parse("what\nalive: x\nalive: \nclock: y\nclock: 4\nclock: 123", false);
  CHECK(s.alive().empty());
  CHECK(s.clocks().member == 4);
  CHECK_FALSE(s.add("clock: -1"));
  CHECK_FALSE(s.add("# comment"));
  CHECK(s.add("not-alive: nobody"));
}

TEST_CASE("previous members come in an order that the seed decides, without the own name") {
  std::string file;
  for (int i = 0; i < 20; ++i) file += "alive: n" + std::to_string(i) + " 10.0.0." + std::to_string(i) + ":1\n";
  auto s = rejoin_snapshot::parse(file, false);
  std::mt19937_64 one(1), same(1), other(2);
  auto order = s.previous("n3", one);
  CHECK(order.size() == 19);
  CHECK(std::none_of(order.begin(), order.end(), [](const auto& n) { return n.name == "n3"; }));
  CHECK(order == s.previous("n3", same));
  CHECK(order != s.previous("n3", other));
}

TEST_CASE("a file that has grown is written anew, and says the same") {
  auto s = rejoin_snapshot::parse(sample, false);
  CHECK_FALSE(s.outgrown());
  for (lamport_time t = 10; !s.outgrown(); ++t) s.add("clock: " + std::to_string(t));
  CHECK(s.size() > 128 * 1024);
  auto file = s.compacted();
  CHECK(file.size() < 200);
  CHECK_FALSE(s.outgrown());
  auto back = rejoin_snapshot::parse(file, false);
  CHECK(back.alive() == s.alive());
  CHECK(back.clocks() == s.clocks());
  CHECK(back.size() == s.size());
}
