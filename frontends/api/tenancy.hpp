#pragma once

#include "frontends/api/exchange.hpp"

namespace praetor::api {

/// Namespaces and partitions are not to be had here. Where Consul would look into one, naming it is refused rather
/// than passed over: the answer would be about something else.
/// @param route_path the path of the route that answers the request
/// @returns the sentence that refuses the request, or nothing
std::optional<std::string> refused_tenancy(std::string_view route_path, const request& req);

} // namespace praetor::api
