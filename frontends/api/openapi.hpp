#pragma once

#include <string>

namespace praetor::api {

/// The OpenAPI 3.1 document, as JSON, of all routes that are available, made from their rows.
std::string openapi_document();

} // namespace praetor::api
