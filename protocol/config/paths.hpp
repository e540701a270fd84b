#pragma once

#include <string_view>

#include "protocol/hcl/value.hpp"

namespace praetor::config {

/// The value at a path ("dns_config.soa.refresh"), or null.
const hcl::value* value_at(const hcl::value& tree, std::string_view path);

/// The value at a path. Creates it as null, and the enclosing blocks, if absent.
hcl::value& slot_at(hcl::value& tree, std::string_view path);

} // namespace praetor::config
