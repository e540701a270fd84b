#pragma once

#include "protocol/config/runtime_config.hpp"

#include <string>

namespace praetor::api {

/// The header lines that every answer of a route has, each with its CRLF.
std::string common_lines_of(const config::runtime_config& config);

} // namespace praetor::api
