#include "protocol/swim/formulas.hpp"

#include <algorithm>
#include <cmath>

namespace praetor::swim {

namespace {

/// Rounds down to milliseconds. A value just below the next one counts as that one, because logarithms differ in their
/// last digit.
duration milliseconds_of(double seconds) {
  return std::chrono::milliseconds(static_cast<std::int64_t>(std::floor(seconds * 1000 + 1e-6)));
}

double seconds_of(duration value) { return std::chrono::duration<double>(value).count(); }

} // namespace

std::size_t ceil_log10(std::size_t value) {
  std::size_t digits = 0;
  for (std::size_t power = 1; power < value; ++digits) {
    if (power > value / 10) return digits + 1;
    power *= 10;
  }
  return digits;
}

std::size_t retransmit_limit(std::size_t multiplier, std::size_t n) { return multiplier * ceil_log10(n + 1); }

duration suspicion_minimum(std::size_t multiplier, std::size_t n, duration interval) {
  double scale = std::max(1.0, std::log10(static_cast<double>(std::max<std::size_t>(1, n))));
  double thousandths = std::floor(scale * 1000 + 1e-6);
  return milliseconds_of(static_cast<double>(multiplier) * thousandths / 1000 * seconds_of(interval));
}

std::size_t confirmations_wanted(std::size_t multiplier, std::size_t n) {
  std::size_t wanted = multiplier > 2 ? multiplier - 2 : 0;
  return n < wanted + 2 ? 0 : wanted;
}

duration suspicion_timeout(std::size_t confirmed, std::size_t wanted, duration minimum, duration maximum) {
  if (wanted == 0) return minimum;
  double share = std::log(static_cast<double>(confirmed) + 1) / std::log(static_cast<double>(wanted) + 1);
  return std::max(minimum, milliseconds_of(seconds_of(maximum) - share * (seconds_of(maximum) - seconds_of(minimum))));
}

duration push_pull_period(duration interval, std::size_t n) {
  int factor = 1;
  for (std::size_t power = 32; power < n; power *= 2) ++factor;
  return interval * factor;
}

duration query_timeout(duration gossip_interval, std::size_t multiplier, std::size_t n) {
  return gossip_interval * static_cast<int>(multiplier * ceil_log10(n + 1));
}

} // namespace praetor::swim
