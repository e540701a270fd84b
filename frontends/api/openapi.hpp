#pragma once

#include <string>

namespace praetor::api {

/// The OpenAPI 3.1 document of all available routes as JSON, generated from their rows.
std::string openapi_document();

} // namespace praetor::api
