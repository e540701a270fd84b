#pragma once

#include "sim/report/recording.hpp"
#include "sim/reproduction.hpp"

#include <string>

namespace praetor::sim::report {

/// A whole run as one HTML page that needs nothing else: what was found, the course of the run, a close-up of the
/// moment that matters, and the operations around it.
/// @param seen what was recorded while it ran; closed
/// @param how for the title and the command that shows it again
std::string page(const recording& seen, const run_result& result, const scenario& what, const reproduction& how);

} // namespace praetor::sim::report
