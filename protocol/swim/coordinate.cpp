#include "protocol/swim/coordinate.hpp"

#include "protocol/base/randomness.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace praetor::swim {

namespace {

// Tuning of "Vivaldi: A Decentralized Network Coordinate System" and "Network Coordinates in the Wild", with the values
// of Serf (DefaultConfig in coordinate/config.go).
constexpr double error_max = 1.5;
constexpr double error_weight = 0.25; // ce in Vivaldi
constexpr double move_weight = 0.25;  // cc in Vivaldi
constexpr std::size_t adjustment_window = 20;
constexpr double height_min = 10.0e-6;
constexpr std::size_t latency_filter = 3;
constexpr double gravity_rho = 150.0;
constexpr nanoseconds round_trip_max = std::chrono::seconds(10);
constexpr double next_to_nothing = 1.0e-6;
// Received coordinates beyond this are forged: round trips are at most 10 s, and gravity keeps all coordinates around
// the origin.
constexpr double part_max = 100.0;      // seconds
constexpr double told_error_max = 10.0; // an honest one stays below `error_max`

/// Rounds to a multiple of 2^-40: far below a nanosecond, far above the differences between platforms.
double rounded(double value) { return std::ldexp(std::nearbyint(std::ldexp(value, 40)), -40); }

double raw_distance(const coordinate& a, const coordinate& b) {
  double sum = 0;
  for (std::size_t i = 0; i < coordinate::dimensions; ++i) {
    double difference = a.vec[i] - b.vec[i];
    sum += difference * difference;
  }
  return std::sqrt(sum) + a.height + b.height;
}

/// Like `distance`, but unbounded: exposes the effect of a forged coordinate.
double seconds_between(const coordinate& a, const coordinate& b) {
  double raw = raw_distance(a, b);
  double adjusted = raw + a.adjustment + b.adjustment;
  return std::nearbyint((adjusted > 0 ? adjusted : raw) * 1e9) / 1e9;
}

/// Whether an honest member may have this coordinate. A negative error or a huge number would throw the local
/// coordinate far off.
bool is_plausible(const coordinate& c) {
  auto small = [](double part) { return std::fabs(part) <= part_max; };
  return std::all_of(c.vec.begin(), c.vec.end(), small) && small(c.adjustment) && c.error >= 0 &&
         c.error <= told_error_max && c.height >= 0 && c.height <= part_max;
}

/// All components are finite, and there are as many as dimensions.
bool is_usable(const coordinate& c) { return c.vec.size() == coordinate::dimensions && is_valid(c); }

/// The unit vector from `b` to `a`, and their distance. Coincident points get a random direction and distance zero.
std::pair<std::vector<double>, double> direction(const coordinate& a, const coordinate& b, std::mt19937_64& random) {
  std::vector<double> unit(coordinate::dimensions);
  auto length = [&] { return std::sqrt(std::inner_product(unit.begin(), unit.end(), unit.begin(), 0.0)); };
  for (std::size_t i = 0; i < unit.size(); ++i) unit[i] = a.vec[i] - b.vec[i];
  if (double far = length(); far > next_to_nothing) {
    for (auto& part : unit) part /= far;
    return {std::move(unit), far};
  }
  for (auto& part : unit) part = draw_unit(random) - 0.5;
  if (double far = length(); far > next_to_nothing) {
    for (auto& part : unit) part /= far;
    return {std::move(unit), 0.0};
  }
  std::fill(unit.begin(), unit.end(), 0.0);
  unit[0] = 1.0;
  return {std::move(unit), 0.0};
}

/// Moves `place` away from `other` by `force` seconds (negative: towards it), with height vectors (Vivaldi 5.4).
void apply_force(coordinate& place, double force, const coordinate& other, std::mt19937_64& random) {
  auto [unit, far] = direction(place, other, random);
  for (std::size_t i = 0; i < unit.size(); ++i) place.vec[i] += unit[i] * force;
  if (far > next_to_nothing)
    place.height = std::max(height_min, (place.height + other.height) * force / far + place.height);
}

} // namespace

double coordinate_client::filtered(const std::string& node, double seconds) {
  auto& last = latencies_[node];
  last.push_back(seconds);
  if (last.size() > latency_filter) last.erase(last.begin());
  auto sorted = last;
  std::sort(sorted.begin(), sorted.end());
  return sorted[sorted.size() / 2];
}

void coordinate_client::move(const coordinate& other, double seconds, std::mt19937_64& random) {
  seconds = std::max(seconds, next_to_nothing);
  double estimated = seconds_between(own_, other);
  double wrongness = std::fabs(estimated - seconds) / seconds;
  double weight = own_.error / std::max(own_.error + other.error, next_to_nothing);
  own_.error = std::min(error_max, error_weight * weight * wrongness + own_.error * (1.0 - error_weight * weight));
  apply_force(own_, move_weight * weight * (seconds - estimated), other, random);
}

void coordinate_client::adjust(const coordinate& other, double seconds) {
  if (samples_.empty()) samples_.assign(adjustment_window, 0.0);
  samples_[next_sample_] = seconds - raw_distance(own_, other);
  next_sample_ = (next_sample_ + 1) % adjustment_window;
  own_.adjustment = std::accumulate(samples_.begin(), samples_.end(), 0.0) / (2.0 * adjustment_window);
}

/// Keeps the pool's coordinates from drifting away from the origin ("Network Coordinates in the Wild").
void coordinate_client::gravitate(std::mt19937_64& random) {
  const coordinate origin;
  double pull = seconds_between(origin, own_) / gravity_rho;
  apply_force(own_, -(pull * pull), origin, random);
}

expected<coordinate> coordinate_client::update(const std::string& node, const coordinate& other, nanoseconds round_trip,
                                               std::mt19937_64& random) {
  if (other.vec.size() != coordinate::dimensions)
    return fail("the coordinate of " + praetor::quoted(node) + " has " + std::to_string(other.vec.size()) +
                " dimensions instead of " + std::to_string(coordinate::dimensions));
  if (!is_valid(other)) return fail("the coordinate of " + praetor::quoted(node) + " holds what is no number");
  if (!is_plausible(other))
    return fail("the coordinate of " + praetor::quoted(node) + " is not within 100 s of the origin");
  if (round_trip < nanoseconds{0} || round_trip > round_trip_max)
    return fail("a round trip of " + duration_to_text(round_trip) + " to " + praetor::quoted(node) +
                " is not within 0s and " + duration_to_text(round_trip_max));
  double seconds = filtered(node, static_cast<double>(round_trip.count()) / 1e9);
  move(other, seconds, random);
  adjust(other, seconds);
  gravitate(random);
  if (!is_usable(own_)) {
    ++resets_;
    own_ = {};
  }
  for (auto& part : own_.vec) part = rounded(part);
  own_.error = rounded(own_.error);
  own_.adjustment = rounded(own_.adjustment);
  own_.height = std::max(height_min, rounded(own_.height));
  return own_;
}

expected<void> coordinate_client::set(const coordinate& own) {
  if (!is_usable(own)) return fail("a coordinate has 8 numbers, an error, an adjustment and a height");
  own_ = own;
  return {};
}

} // namespace praetor::swim
