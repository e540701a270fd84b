#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <span>

namespace praetor::metrics {

/// Quantiles over a sliding window, each within 1 % of a recorded value: counts values in buckets whose bounds grow
/// geometrically, in a few time slices of which the oldest is dropped as a whole.
class quantile_window {
public:
  /// @param intervals how many intervals a value counts for, at least one
  explicit quantile_window(std::int64_t intervals);

  void add(std::span<const double> values, std::int64_t interval);
  /// @returns the value below which the fraction `q` of the values lies; NaN if there are none
  double quantile(double q, std::int64_t now) const;

private:
  using buckets = std::map<int, std::uint64_t>;
  struct piece {
    std::int64_t number;
    buckets counts;
  };
  bool counts_at(const piece& p, std::int64_t now) const;

  std::int64_t intervals_, per_piece_;
  std::deque<piece> pieces_;
};

} // namespace praetor::metrics
