#pragma once

#include "actors/logger.hpp"
#include "frontends/http/server.hpp"
#include "protocol/config/runtime_config.hpp"

namespace praetor {

/// The HTTP and HTTPS listeners that a configuration asks for, with their limits.
http::server_options http_options_of(const config::runtime_config& config, logger_ptr log);

} // namespace praetor
