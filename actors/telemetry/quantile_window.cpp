#include "actors/telemetry/quantile_window.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace praetor::metrics {

namespace {

constexpr double growth = 1.02;
constexpr std::int64_t most_pieces = 5;
constexpr int nothing = std::numeric_limits<int>::min(); ///< the bucket for zero and negative values

int bucket_of(double value) {
  static const double scale = 1 / std::log(growth);
  if (!(value > 0)) return nothing;
  return static_cast<int>(std::ceil(std::log(value) * scale));
}

/// A value within 1 % of all others in the bucket.
double value_of(int bucket) { return bucket == nothing ? 0 : 2 * std::pow(growth, bucket) / (growth + 1); }

} // namespace

quantile_window::quantile_window(std::int64_t intervals)
    : intervals_(std::max<std::int64_t>(intervals, 1)), per_piece_((intervals_ + most_pieces - 1) / most_pieces) {}

bool quantile_window::counts_at(const piece& p, std::int64_t now) const {
  auto newest = (p.number + 1) * per_piece_ - 1;
  return now - newest < intervals_;
}

void quantile_window::add(std::span<const double> values, std::int64_t interval) {
  auto number = interval / per_piece_;
  while (!pieces_.empty() && !counts_at(pieces_.front(), interval)) pieces_.pop_front();
  if (pieces_.empty() || pieces_.back().number != number) pieces_.push_back({number, {}});
  auto& counts = pieces_.back().counts;
  for (auto value : values) ++counts[bucket_of(value)];
}

double quantile_window::quantile(double q, std::int64_t now) const {
  buckets all;
  std::uint64_t total = 0;
  for (const auto& p : pieces_) {
    if (!counts_at(p, now)) continue;
    for (auto [bucket, count] : p.counts) {
      all[bucket] += count;
      total += count;
    }
  }
  auto wanted = static_cast<std::uint64_t>(std::ceil(q * static_cast<double>(total)));
  std::uint64_t seen = 0;
  for (auto [bucket, count] : all)
    if ((seen += count) >= wanted) return value_of(bucket);
  return std::numeric_limits<double>::quiet_NaN();
}

} // namespace praetor::metrics
