#include "samples.hpp"

#include <algorithm>
#include <cstdio>

namespace praetor::bench {

std::string samples::json(clock::duration elapsed) {
  std::sort(micros_.begin(), micros_.end());
  const auto at = [this](double quantile) -> std::uint32_t {
    if (micros_.empty()) return 0;
    return micros_[static_cast<std::size_t>(quantile * static_cast<double>(micros_.size() - 1))];
  };
  const double seconds = std::chrono::duration<double>(elapsed).count();
  const double rate = seconds > 0 ? static_cast<double>(micros_.size()) / seconds : 0;
  char head[256];
  std::snprintf(head, sizeof head,
                R"({"count":%zu,"seconds":%.3f,"rate":%.1f,"p50_us":%u,"p99_us":%u,"max_us":%u,"other":{)",
                micros_.size(), seconds, rate, at(0.5), at(0.99), at(1.0));
  std::string out = head;
  const char* separator = "";
  for (const auto& [what, count] : outcomes_) {
    out += separator;
    out += '"' + what + "\":" + std::to_string(count);
    separator = ",";
  }
  return out + "}}";
}

} // namespace praetor::bench
