#include "tests/unit/cost/attacks.hpp"
#include "tests/unit/cost/decoders.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstdio>
#include <ctime>
#include <malloc.h>

// No decoder may be worse than n log n, whatever it is given: who sends a megabyte must not cost a second. The test
// compares what two sizes cost in processor time of this thread, so that neither the machine's speed nor other
// processes decide. `test_cost "[figures]"` prints what a megabyte costs.

using namespace praetor::cost;

namespace {

/// Small enough for every limit on lengths, large enough to tell a line from a parabola.
constexpr std::size_t small_size = 15 << 10, large_size = 8 * small_size;
/// A megabyte is nine times the large size: what costs less than this there can't cost 100 ms, even if it is quadratic.
constexpr double negligible = 1.0;
/// Eight times the input costs 8 times the time if it is linear, 10 if it is n log n, 64 if it is quadratic. Caches and
/// fresh memory can double what is linear.
constexpr double most_growth = 26;

/// Memory that was used once stays with the process, so that the system's handing it out is not measured.
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

/// How much more eight times the input costs; 0 if neither costs anything. Caches that fill up and other processes only
/// make it seem larger: what seems too large is measured again.
double growth(const decoder& d, const attack& a) {
  REQUIRE(keeps_memory);
  auto small = a.make(small_size), large = a.make(large_size);
  if (cost(d, large) < negligible) return 0;
  auto least = 1e9;
  for (int attempt = 0; attempt < 5 && least > most_growth; ++attempt) {
    auto of_large = least_cost(d, large, 3);
    if (of_large < negligible) return 0;
    least = std::min(least, of_large / std::max(least_cost(d, small, 3), 1e-3));
  }
  return least;
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

TEST_CASE("what a megabyte costs", "[.][figures]") {
  constexpr double budget = 100; // milliseconds of processor time for a megabyte
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
