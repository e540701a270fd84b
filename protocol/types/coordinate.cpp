#include "protocol/types/coordinate.hpp"

#include "protocol/types/error.hpp"

#include <algorithm>
#include <cmath>

namespace praetor {

bool is_valid(const coordinate& c) {
  return std::isfinite(c.error) && std::isfinite(c.adjustment) && std::isfinite(c.height) &&
         std::all_of(c.vec.begin(), c.vec.end(), [](double part) { return std::isfinite(part); });
}

nanoseconds distance(const coordinate& a, const coordinate& b) {
  PRAETOR_ASSERT(compatible(a, b));
  double sum = 0;
  for (std::size_t i = 0; i < a.vec.size(); ++i) sum += (a.vec[i] - b.vec[i]) * (a.vec[i] - b.vec[i]);
  double raw = std::sqrt(sum) + a.height + b.height;
  double adjusted = raw + a.adjustment + b.adjustment;
  double seconds = adjusted > 0 ? adjusted : raw;
  constexpr double longest = 9.2e9; // the range of 64-bit nanoseconds
  if (std::isnan(seconds)) seconds = longest;
  return nanoseconds{std::llround(std::clamp(seconds, 0.0, longest) * 1e9)};
}

} // namespace praetor
