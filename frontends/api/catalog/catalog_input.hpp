#pragma once

#include "protocol/types/catalog.hpp"
#include "protocol/types/error.hpp"

namespace praetor::api {

/// Completes a service of a catalog registration.
/// @returns the error if the service is not valid
expected<void> complete_service(node_service& s);
/// Validates a service for its kind. The error lists all missing and excess members.
expected<void> valid_for_kind(const node_service& s);

} // namespace praetor::api
