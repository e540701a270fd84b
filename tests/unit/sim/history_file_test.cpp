#include "sim/history_file.hpp"
#include "tests/unit/sim/operations.hpp"

#include <catch2/catch.hpp>

#include <sstream>

using namespace praetor::sim;

TEST_CASE("operations are written as lines of JSON") {
  std::ostringstream out;
  history_file file(out);
  file.operation_ends("kv1", "write", "kv/0", "v1", at(1), at(2), "ok");
  file.operation_ends("kv2", "cas", "kv/0", R"(["v1","v2"])", at(3), at(9), "unknown");
  CHECK(
      out.str() ==
      R"({"process":"kv1","operation":"write","key":"kv/0","value":"v1","call":1000000,"return":2000000,"outcome":"ok"})"
      "\n"
      R"({"process":"kv2","operation":"cas","key":"kv/0","value":["v1","v2"],"call":3000000,"return":null,"outcome":"unknown"})"
      "\n");
}
