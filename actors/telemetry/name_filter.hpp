#pragma once

#include "protocol/types/values.hpp"

#include <string_view>

namespace praetor::metrics {

/// Selects metrics: the rule with the longest prefix of the full name decides.
struct name_filter {
  string_list allowed, blocked;
  bool otherwise = true; ///< for names without a matching rule

  bool allows(std::string_view full_name) const;
  bool operator==(const name_filter&) const = default;
};

} // namespace praetor::metrics
