#pragma once

#include "actors/telemetry/telemetry.hpp"

namespace praetor::metrics {

/// One series with its name.
struct telemetry::entry {
  kind what;
  std::string short_name; ///< as callers know it
  std::string name;       ///< in full
  string_map labels;
  std::unique_ptr<gauge> as_gauge; ///< exactly one of the two is set
  std::unique_ptr<meter> as_meter;

  void allow(bool yes) const {
    if (as_gauge) as_gauge->allow(yes);
    if (as_meter) as_meter->allow(yes);
  }
  bool allowed() const { return as_gauge ? as_gauge->allowed() : as_meter->allowed(); }
  std::optional<std::int64_t> last_written() const {
    return as_gauge ? as_gauge->last_written() : as_meter->last_written();
  }
};

} // namespace praetor::metrics
