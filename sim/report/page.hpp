#pragma once

#include "sim/report/recording.hpp"
#include "sim/scenario.hpp"

#include <string>

namespace praetor::sim::report {

/// A whole run as one HTML page that needs nothing else: what was found, the course of the run, a close-up of the
/// moment that matters, and the operations around it.
/// @param seen what was recorded while it ran; closed
/// @param command that runs it again
std::string page(const recording& seen, const run_result& result, const scenario& what, const std::string& command);

} // namespace praetor::sim::report
