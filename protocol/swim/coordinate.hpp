#pragma once

#include "protocol/types/coordinate.hpp"
#include "protocol/types/error.hpp"

#include <chrono>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace praetor::swim {

using praetor::coordinate;

/// Computes the local coordinate from round trips to other members (Vivaldi with height and adjustment). Rounds all
/// components to 2^-40 s after each step, so that all platforms compute the same.
class coordinate_client {
public:
  const coordinate& own() const { return own_; }
  /// Adds a measured round trip to `node`, whose coordinate was `other` at that time.
  /// @param random separates coincident points
  /// @return the new local coordinate. Error: the coordinate is malformed, or the time is not within 0..10 s.
  expected<coordinate> update(const std::string& node, const coordinate& other, nanoseconds round_trip,
                              std::mt19937_64& random);
  /// Sets the local coordinate (in a test, or from before a restart).
  expected<void> set(const coordinate& own);
  /// Drops the measurements of a member that is gone.
  void forget(const std::string& node) { latencies_.erase(node); }
  /// How often the coordinate became invalid and was reset.
  std::size_t resets() const { return resets_; }

private:
  double filtered(const std::string& node, double seconds);
  void move(const coordinate& other, double seconds, std::mt19937_64& random);
  void adjust(const coordinate& other, double seconds);
  void gravitate(std::mt19937_64& random);

  coordinate own_;
  std::vector<double> samples_; ///< measured minus estimated, the last 20
  std::size_t next_sample_ = 0;
  std::map<std::string, std::vector<double>> latencies_; ///< the last 3 per member
  std::size_t resets_ = 0;
};

} // namespace praetor::swim
