#pragma once

#include "protocol/types/catalog.hpp"
#include "protocol/types/error.hpp"

namespace praetor::api {

/// Completes what clients leave out of a service that they write into the catalog.
/// @returns what keeps it from being stored, if anything
expected<void> complete_service(node_service& s);
/// What a service of its kind must have. The error lists all that is missing or too much.
expected<void> valid_for_kind(const node_service& s);

} // namespace praetor::api
