#pragma once

#include "actors/logger.hpp"
#include "frontends/dns/server.hpp"
#include "frontends/http/server.hpp"
#include "frontends/process/descriptor_budget.hpp"
#include "protocol/config/runtime_config.hpp"

namespace praetor {

/// Divides the process's current descriptors among the listeners.
descriptor_budget descriptors_of(const config::runtime_config& config);

/// The configured HTTP and HTTPS listeners, with their limits.
http::server_options http_options_of(const config::runtime_config& config, logger_ptr log);

/// The limits on connections of the DNS listeners.
dns::stream_limits dns_limits_of(const config::runtime_config& config);

} // namespace praetor
