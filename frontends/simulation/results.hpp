#pragma once

#include "frontends/simulation/processes.hpp"
#include "sim/reproduction.hpp"

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace praetor::simulation {

/// One run as JSON. Times are virtual, in nanoseconds, and end in `_ns`.
nlohmann::ordered_json to_json(const std::string& scenario, const sim::run_result& result);

/// Parses the output of a run in a process of its own; a crash becomes a finding.
/// @param output written by `dumped`
sim::run_result read_result(const work_done& output, std::uint64_t seed);
/// The output of a run's process.
std::string dumped(const sim::run_result& result);

/// "linearizable kv, at 12.345 s: what it is".
std::string describe(const sim::finding& found);
/// "0123456789abcdef".
std::string hex(std::uint64_t number);
/// Rounded to milliseconds for people: "12.345 s".
std::string readable_seconds(sim::duration time);

} // namespace praetor::simulation
