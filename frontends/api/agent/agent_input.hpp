#pragma once

#include "actors/registry/registration.hpp"
#include "frontends/api/exchange.hpp"
#include "protocol/types/error.hpp"

namespace praetor::api {

// Bodies of the agent's own endpoints, checked.

expected<service_registration> read_service_registration(std::string_view body);
expected<check_registration> read_check_registration(std::string_view body);
/// The `enable` parameter.
expected<bool> read_maintenance(const request& req);
/// Go's text of what may stand where a check status belongs.
bool is_check_status(std::string_view status);

} // namespace praetor::api
