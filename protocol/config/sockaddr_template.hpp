#pragma once

#include <string>

#include "protocol/config/load.hpp"
#include "protocol/types/error.hpp"

namespace praetor::config {

/// Evaluates the `{{ ... }}` parts of an address against this machine's interfaces. Text without such parts comes back
/// as it is.
expected<std::string> expand_template(const std::string& text, environment& env);

/// Addresses that are for private use, by RFC 6890.
bool is_private_address(const std::string& ip);

} // namespace praetor::config
