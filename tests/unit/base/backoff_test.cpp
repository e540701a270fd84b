#include "protocol/base/backoff.hpp"

#include <catch2/catch.hpp>
#include <vector>

using namespace praetor;
using namespace std::chrono_literals;

namespace {

std::vector<std::chrono::nanoseconds> taken(backoff waits, std::size_t count) {
  std::vector<std::chrono::nanoseconds> out;
  while (out.size() < count) out.push_back(waits.next());
  return out;
}

} // namespace

TEST_CASE("waits double from the first to the longest") {
  using waits = std::vector<std::chrono::nanoseconds>;
  CHECK(taken({100ms, 1s}, 6) == waits{100ms, 200ms, 400ms, 800ms, 1s, 1s});
  CHECK(taken({100ms, 800ms}, 5) == waits{100ms, 200ms, 400ms, 800ms, 800ms});
  CHECK(taken({100ms, 20ms}, 2) == waits{20ms, 20ms});
  CHECK(taken({2s, 60s, 3}, 5) == waits{0s, 0s, 0s, 2s, 4s});
}

TEST_CASE("waits begin again when an attempt has worked") {
  backoff waits(1s, 60s, 1);
  for (int i = 0; i < 4; ++i) (void)waits.next();
  CHECK(waits.failures() == 4);
  waits.reset();
  CHECK(waits.failures() == 0);
  CHECK(waits.next() == 0s);
  CHECK(waits.next() == 1s);
}

TEST_CASE("a wait is drawn from between half and all of it, the longest is not") {
  std::mt19937_64 random(7);
  for (int run = 0; run < 100; ++run) {
    backoff waits(100ms, 400ms);
    for (auto most : {100ms, 200ms}) {
      auto wait = waits.next(random);
      CHECK(wait >= most / 2);
      CHECK(wait <= most);
    }
    CHECK(waits.next(random) == 400ms);
    CHECK(waits.next(random) == 400ms);
  }
}
