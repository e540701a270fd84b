#pragma once

#include <string>
#include <utility>
#include <vector>

namespace praetor::cli {

/// A line in the agent's log format, with the current time: `2026-11-20T20:21:22.532Z [WARN]  name: text: key=value`.
std::string log_line(const std::string& level, const std::string& logger, const std::string& message,
                     const std::vector<std::pair<std::string, std::string>>& values);

} // namespace praetor::cli
