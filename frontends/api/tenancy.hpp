#pragma once

#include "frontends/api/exchange.hpp"

namespace praetor::api {

/// Rejects requests that name a namespace or partition where Consul would use it: they are not supported, and ignoring
/// the name would answer for the wrong records.
/// @param route_path the path of the route that answers the request
/// @returns the error text, or nothing
std::optional<std::string> refused_tenancy(std::string_view route_path, const request& req);

} // namespace praetor::api
