#include "protocol/swim/coordinate.hpp"

#include <catch2/catch.hpp>

#include "protocol/base/randomness.hpp"

#include <cmath>
#include <limits>

using namespace praetor;
using namespace praetor::swim;
using namespace std::chrono_literals;

namespace {

coordinate at(double x, double y = 0, double height = 0) {
  coordinate c;
  c.vec[0] = x, c.vec[1] = y, c.height = height;
  return c;
}

} // namespace

TEST_CASE("distance is Euclidean plus both heights, and the adjustments unless they make it negative") {
  CHECK(distance(at(0.3), at(0, 0.4)) == 500ms);
  CHECK(distance(at(0.3, 0, 0.01), at(0, 0.4, 0.02)) == 530ms);
  auto near = at(0.001), far = at(0.003);
  near.adjustment = 0.004, far.adjustment = 0.001;
  CHECK(distance(near, far) == 7ms);
  near.adjustment = -0.9;
  CHECK(distance(near, far) == 2ms);
  CHECK(distance(at(0), at(1e300)) > 24h);
}

TEST_CASE("a round trip moves the coordinate towards what was measured") {
  std::mt19937_64 random(1);
  coordinate_client c;
  auto other = at(0, 0, 10.0e-6);
  other.error = 0.5;
  auto own = c.own();
  REQUIRE(c.update("b", other, 100ms, random));
  double weight = 0.75, wrongness = (0.1 - 0.00002) / 0.1;
  CHECK(c.own().error == Approx(std::min(1.5, 0.25 * weight * wrongness + 1.5 * (1 - 0.25 * weight))));
  double moved = 0.25 * weight * (0.1 - 0.00002);
  double length = 0;
  for (double x : c.own().vec) length += x * x;
  CHECK(std::sqrt(length) == Approx(moved).epsilon(0.001)); // gravity is negligible here
  CHECK(c.own().height >= 10.0e-6);
  CHECK(c.own().adjustment == Approx((0.1 - moved - c.own().height - other.height) / 40).epsilon(0.01));
  CHECK(own.error == 1.5);
}

TEST_CASE("what can't be a measurement is refused and changes nothing") {
  std::mt19937_64 random(1);
  coordinate_client c;
  auto before = c.own();
  CHECK_FALSE(c.update("b", coordinate{}, -1ns, random));
  CHECK_FALSE(c.update("b", coordinate{}, 10s + 1ns, random));
  auto flat = coordinate{};
  flat.vec.resize(3);
  CHECK_FALSE(c.update("b", flat, 10ms, random));
  auto bad = coordinate{};
  bad.vec[4] = std::numeric_limits<double>::quiet_NaN();
  CHECK_FALSE(c.update("b", bad, 10ms, random));
  bad = {};
  bad.height = std::numeric_limits<double>::infinity();
  CHECK_FALSE(c.update("b", bad, 10ms, random));
  CHECK_FALSE(c.set(bad));
  CHECK_FALSE(c.update("b", at(std::numeric_limits<double>::max()), 10ms, random));
  CHECK_FALSE(c.update("b", at(-101), 10ms, random));
  bad = {};
  bad.error = -1;
  CHECK_FALSE(c.update("b", bad, 10ms, random));
  bad = {};
  bad.height = -1;
  CHECK_FALSE(c.update("b", bad, 10ms, random));
  bad = {};
  bad.adjustment = 1e10;
  CHECK_FALSE(c.update("b", bad, 10ms, random));
  CHECK(c.own() == before);
  CHECK(c.update("b", coordinate{}, 10s, random));
  CHECK(c.update("b", coordinate{}, 0s, random));
}

TEST_CASE("a coordinate that becomes nonsense starts afresh") {
  std::mt19937_64 random(1);
  coordinate_client c;
  REQUIRE(c.set(at(std::numeric_limits<double>::max())));
  for (int i = 0; i < 5; ++i) REQUIRE(c.update("b", at(0.01), 10ms, random));
  CHECK(c.resets() > 0);
  CHECK(is_valid(c.own()));
}

TEST_CASE("a single late answer is filtered out by the median of three") {
  std::mt19937_64 random(1), again(1);
  coordinate_client calm, jumpy;
  for (int i = 0; i < 5; ++i) {
    REQUIRE(calm.update("b", at(0.01), 20ms, random));
    REQUIRE(jumpy.update("b", at(0.01), 20ms, again));
  }
  REQUIRE(calm.update("b", at(0.01), 20ms, random));
  REQUIRE(jumpy.update("b", at(0.01), 5s, again));
  CHECK(calm.own() == jumpy.own());
}

TEST_CASE("members of a line of places learn how far they are apart") {
  std::mt19937_64 random(7);
  constexpr std::size_t count = 10;
  std::vector<coordinate_client> clients(count);
  auto truth = [](std::size_t a, std::size_t b) { return 5ms * std::abs(static_cast<int>(a) - static_cast<int>(b)); };
  for (int round = 0; round < 3000; ++round) {
    auto a = draw_below(random, count), b = draw_below(random, count);
    if (a != b) REQUIRE(clients[a].update(std::to_string(b), clients[b].own(), truth(a, b), random));
  }
  double worst = 0;
  for (std::size_t a = 0; a < count; ++a)
    for (std::size_t b = 0; b < a; ++b) {
      auto estimate = static_cast<double>(distance(clients[a].own(), clients[b].own()).count()) / 1e9;
      auto real = std::chrono::duration<double>(truth(a, b)).count();
      worst = std::max(worst, std::fabs(estimate - real) / real);
    }
  CHECK(worst < 0.25);
}

TEST_CASE("coordinates are rounded, so that machines agree") {
  std::mt19937_64 random(7);
  coordinate_client c;
  for (int i = 0; i < 20; ++i) REQUIRE(c.update("b", at(0.01 * i), 7ms, random));
  for (double x : c.own().vec) CHECK(std::ldexp(x, 40) == std::nearbyint(std::ldexp(x, 40)));
}
