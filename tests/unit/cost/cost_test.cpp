#include "tests/unit/cost/attacks.hpp"
#include "tests/unit/cost/decoders.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <ctime>
#include <malloc.h>

// No decoder may be worse than n log n for any input: a megabyte must not cost a second. The test compares the cost of
// two sizes in this thread's CPU time, which depends neither on the machine's speed nor on other processes. `test_cost
// "[stats]"` prints the cost of a megabyte.

using namespace praetor::cost;

namespace {

/// Small enough for every length limit, large enough to tell linear from quadratic.
constexpr std::size_t small_size = 15 << 10, large_size = 8 * small_size;
/// A megabyte is nine times the large size: what costs less than this can't cost 100 ms there, even if it is quadratic.
constexpr double negligible = 1.0;
/// Eight times the input takes 8 times as long if linear, 10 if n log n, 64 if quadratic. Caches and fresh memory can
/// double a linear cost.
constexpr double most_growth = 26;

/// Freed memory stays in the process, so that page faults are not measured.
const bool keeps_memory = ::mallopt(M_TRIM_THRESHOLD, 1 << 30) == 1 && ::mallopt(M_MMAP_MAX, 0) == 1;

double processor_milliseconds() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

double cost(const decoder& d, const std::string& input) {
  auto before = processor_milliseconds();
  d.run(input);
  return processor_milliseconds() - before;
}

double least_cost(const decoder& d, const std::string& input, int tries) {
  auto least = cost(d, input);
  for (; tries > 1; --tries) least = std::min(least, cost(d, input));
  return least;
}

/// The ratio of the costs for eight times the input; 0 if both are negligible. Whatever disturbs a measurement adds to
/// it, so the least of several is the closest to the truth, for each size by itself. Measures again while the ratio
/// seems too high.
double growth(const decoder& d, const attack& a) {
  REQUIRE(keeps_memory);
  auto small = a.make(small_size), large = a.make(large_size);
  if (cost(d, large) < negligible) return 0;
  auto of_small = least_cost(d, small, 10), of_large = 1e9;
  for (int attempt = 0; attempt < 5 && of_large > most_growth * of_small; ++attempt) {
    of_large = std::min(of_large, least_cost(d, large, 3));
    if (of_large < negligible) return 0;
  }
  return of_large / std::max(of_small, 1e-3);
}

} // namespace

TEST_CASE("no decoder is worse than n log n, whatever it is given") {
  for (const auto& d : decoders())
    for (const auto& a : attacks()) {
      INFO(d.name << ": " << a.name);
      CHECK(growth(d, a) < most_growth);
    }
}

TEST_CASE("a quadratic decoder is found out") {
  decoder quadratic{"quadratic", [](std::string_view text) {
                      volatile std::size_t count = 0;
                      for (std::size_t i = 0; i < text.size(); i += 16)
                        for (std::size_t k = 0; k < i; k += 16) count = count + 1;
                    }};
  attack any{"any", [](std::size_t size) { return std::string(size, 'a'); }};
  CHECK(growth(quadratic, any) > most_growth);
}

TEST_CASE("what a megabyte costs", "[.][stats]") {
  constexpr double budget = 100; // milliseconds of CPU time for a megabyte
  int over = 0;
  for (const auto& d : decoders()) {
    double worst = 0;
    std::string by;
    for (const auto& a : attacks()) {
      auto took = least_cost(d, a.make(1 << 20), 2);
      if (took > budget) std::printf("  over: %-30s %-36s %8.1f ms\n", d.name.c_str(), a.name.c_str(), took), ++over;
      if (took > worst) worst = took, by = a.name;
    }
    std::printf("%-30s %8.1f ms/MB  %s\n", d.name.c_str(), worst, by.c_str());
  }
  std::printf("%d of %zu above %.0f ms\n", over, decoders().size() * attacks().size(), budget);
}
