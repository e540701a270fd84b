#pragma once

#include "sim/report/recording.hpp"

#include <string>

namespace praetor::sim::report {

/// Escapes text for HTML.
std::string escaped(std::string_view text);
/// "12.345".
std::string three_decimals(duration time);

/// The options for drawing a part of a run.
struct view {
  recording::span shown;
  double width = 1200;           ///< width of the whole part in pixels, without lane names
  std::size_t messages = 0;      ///< the maximal number of arrows between nodes
  std::size_t client_lanes = 60; ///< the maximal number of clients, those with most operations
};

/// An SVG element: a lane per node and client, with time to the right.
std::string drawing(const recording& of, const view& how);

} // namespace praetor::sim::report
