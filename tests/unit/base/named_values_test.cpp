#include "protocol/base/named_values.hpp"

#include <catch2/catch.hpp>

using namespace praetor;

namespace {

enum class plain : unsigned char { zero, two = 2, nine = 9, last = 255 };
enum class none : int { beyond = 8 };

} // namespace

TEST_CASE("the named values of an enum are those with an enumerator, ascending") {
  CHECK(named_values<plain, 256> == std::array{plain::zero, plain::two, plain::nine, plain::last});
  CHECK(named_values<plain, 9> == std::array{plain::zero, plain::two});
  CHECK(named_values<none, 8>.empty());
}
