#pragma once

#include "frontends/api/exchange.hpp"

namespace praetor::api {

/// Namespaces and partitions are not supported. Where Consul would use one, naming it is rejected instead of ignored:
/// the answer would be about something else.
/// @param route_path the path of the route that answers the request
/// @returns the error text, or nothing
std::optional<std::string> refused_tenancy(std::string_view route_path, const request& req);

} // namespace praetor::api
