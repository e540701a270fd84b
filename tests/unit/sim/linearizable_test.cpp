#include "sim/checkers/linearizable.hpp"
#include "tests/unit/sim/operations.hpp"

#include <catch2/catch.hpp>

using namespace praetor::sim;

TEST_CASE("registers are judged apart unless an operation ties them together") {
  auto apart =
      judge_order({with({put("a", "1")}, 0, 1), with({put("b", "1")}, 0, 1), with({is("b", "2")}, 2, 3)}, 1000);
  REQUIRE(apart.size() == 2);
  CHECK(apart[0].names == std::vector<std::string>{"a"});
  CHECK(apart[0].found == verdict::explained);
  CHECK(apart[1].names == std::vector<std::string>{"b"});
  CHECK(apart[1].operations == 2);
  CHECK(apart[1].found == verdict::impossible);

  auto together = judge_order({with({put("a", "1"), put("b", "1")}, 0, 1), with({is("c", "")}, 0, 1),
                               with({is("b", "1"), put("c", "1")}, 2, 3)},
                              1000);
  REQUIRE(together.size() == 1);
  CHECK(joined(together[0].names) == "a, b, c");
  CHECK(together[0].found == verdict::explained);
}

TEST_CASE("what surely has not happened ties nothing together") {
  auto failed = with({put("a", "1"), put("b", "1")}, 0, 1);
  failed.ended = outcome::fail;
  CHECK(judge_order({failed, with({is("a", "")}, 2, 3), with({is("b", "")}, 2, 3)}, 1000).size() == 2);
}
