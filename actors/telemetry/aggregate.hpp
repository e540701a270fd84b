#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace praetor::metrics {

/// The aggregate of one series in one interval.
struct aggregate {
  std::uint64_t count = 0;
  double sum = 0, sum_of_squares = 0, min = 0, max = 0;

  void add(double value) {
    min = count ? std::min(min, value) : value;
    max = count ? std::max(max, value) : value;
    ++count;
    sum += value;
    sum_of_squares += value * value;
  }

  void merge(const aggregate& other) {
    if (!other.count) return;
    min = count ? std::min(min, other.min) : other.min;
    max = count ? std::max(max, other.max) : other.max;
    count += other.count;
    sum += other.sum;
    sum_of_squares += other.sum_of_squares;
  }

  double mean() const { return count ? sum / static_cast<double>(count) : 0; }

  /// Sample standard deviation (n - 1); zero for fewer than two values.
  double stddev() const {
    if (count < 2) return 0;
    auto n = static_cast<double>(count);
    // Rounding errors can make the difference of equal values negative.
    return std::sqrt(std::max(0.0, (n * sum_of_squares - sum * sum) / (n * (n - 1))));
  }
};

} // namespace praetor::metrics
