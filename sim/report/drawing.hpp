#pragma once

#include "sim/report/recording.hpp"

#include <string>

namespace praetor::sim::report {

/// Text that can stand in HTML.
std::string escaped(std::string_view text);
/// "12.345".
std::string three_decimals(duration time);

/// How a span of a run is drawn.
struct view {
  recording::span shown;
  double width = 1200;           ///< pixels for the whole span, without the names of the lanes
  std::size_t messages = 0;      ///< at most so many arrows between the nodes
  std::size_t client_lanes = 60; ///< at most so many clients, those with most operations in the span
};

/// An SVG element: a lane for each node and each client, time to the right.
std::string drawing(const recording& of, const view& how);

} // namespace praetor::sim::report
