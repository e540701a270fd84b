#pragma once

#include "sim/report/recording.hpp"
#include "sim/scenario.hpp"

#include <string>

namespace praetor::sim::report {

/// A whole run as a self-contained HTML page: the findings, the course of the run, a close-up of the relevant moment,
/// and the operations around it.
/// @param seen the recording of the run; closed
/// @param command reruns it
std::string page(const recording& seen, const run_result& result, const scenario& what, const std::string& command);

} // namespace praetor::sim::report
