#pragma once

#include "protocol/types/values.hpp"

namespace praetor::endpoints {

/// The OpenAPI 3.1 description of all routes that are available, made from their rows.
free_form openapi_document();

} // namespace praetor::endpoints
