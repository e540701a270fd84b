#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <span>

namespace praetor::metrics {

/// Quantiles of the values of the last while, each within 1 % of a value that was given: values are counted in buckets
/// whose bounds grow geometrically, in a few pieces of time of which the oldest is dropped as a whole.
class quantile_window {
public:
  /// @param intervals how many intervals a value counts for, at least one
  explicit quantile_window(std::int64_t intervals);

  void add(std::span<const double> values, std::int64_t interval);
  /// @returns the value below which the share `q` of the values lies; not a number when there are none
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
