#pragma once

#include "actors/logger.hpp"
#include "frontends/dns/server.hpp"
#include "frontends/http/server.hpp"
#include "frontends/process/descriptor_budget.hpp"
#include "protocol/config/runtime_config.hpp"

namespace praetor {

/// The share of each listener of what the process may have now.
descriptor_budget descriptors_of(const config::runtime_config& config);

/// The HTTP and HTTPS listeners that a configuration asks for, with their limits.
http::server_options http_options_of(const config::runtime_config& config, logger_ptr log);

/// What connections to the DNS listeners are allowed.
dns::stream_limits dns_limits_of(const config::runtime_config& config);

} // namespace praetor
