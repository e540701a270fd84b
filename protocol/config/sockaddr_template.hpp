#pragma once

#include <string>

#include "protocol/config/load.hpp"
#include "protocol/types/error.hpp"

namespace praetor::config {

/// Expands the `{{ ... }}` parts of an address against this machine's interfaces. Returns text without such parts
/// unchanged.
expected<std::string> expand_template(const std::string& text, environment& env);

/// Private-use addresses (RFC 6890).
bool is_private_address(const std::string& ip);

} // namespace praetor::config
