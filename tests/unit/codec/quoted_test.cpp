#include "protocol/types/values.hpp"

#include <catch2/catch.hpp>

using namespace praetor;

TEST_CASE("quoted text shows well-formed UTF-8 as it is and every other byte by its number") {
  CHECK(quoted("a\"\\\n\x01") == R"("a\"\\\n\x01")");
  CHECK(quoted("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80") == "\"\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"");
  CHECK(quoted("\xe0\x80\x80") == R"("\xe0\x80\x80")"); // overlong
  CHECK(quoted("\xed\xa0\x80") == R"("\xed\xa0\x80")"); // a surrogate
  CHECK(quoted("\xc3") == R"("\xc3")");
}
