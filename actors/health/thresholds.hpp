#pragma once

#include "protocol/types/definitions.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace praetor {

/// Applies the thresholds of consecutive results that change a check's status.
class thresholds {
public:
  /// Starts with both thresholds reached, so that the first result takes effect.
  explicit thresholds(const check_definition& d)
      : success_before_passing_(d.success_before_passing), failures_before_critical_(d.failures_before_critical),
        failures_before_warning_(d.failures_before_warning.value_or(d.failures_before_critical)),
        successes_(success_before_passing_), failures_(failures_before_critical_) {}

  /// Counts an attempt's status. @returns the check's new status; nothing if it does not change
  std::optional<std::string_view> count(std::string_view status) {
    if (status == health_passing || status == health_warning) {
      failures_ = 0;
      successes_ = std::min(successes_ + 1, std::max(success_before_passing_, std::int64_t{1}));
      if (successes_ >= success_before_passing_) return status;
      return std::nullopt;
    }
    successes_ = 0;
    failures_ = std::min(failures_ + 1, std::max(failures_before_critical_, std::int64_t{1}));
    if (failures_ >= failures_before_critical_) return health_critical;
    if (failures_ >= failures_before_warning_) return health_warning;
    return std::nullopt;
  }

private:
  std::int64_t success_before_passing_, failures_before_critical_, failures_before_warning_;
  std::int64_t successes_, failures_; // capped at the thresholds
};

} // namespace praetor
