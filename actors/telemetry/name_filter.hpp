#pragma once

#include "protocol/types/values.hpp"

#include <string_view>

namespace praetor::metrics {

/// Which metrics are kept: the longest prefix of the full name that a rule names decides.
struct name_filter {
  string_list allowed, blocked;
  bool otherwise = true; ///< for names that no rule matches

  bool allows(std::string_view full_name) const;
  bool operator==(const name_filter&) const = default;
};

} // namespace praetor::metrics
