#pragma once

#include "actors/registry/registration.hpp"
#include "frontends/api/exchange.hpp"
#include "protocol/types/error.hpp"

namespace praetor::api {

struct call;

// Bodies of the agent's own endpoints, checked.

/// A service's definition, without a look at what may be wrong inside.
expected<service_definition> read_service_definition(std::string_view body);
expected<service_registration> service_registration_of(const service_definition& d);
/// Likewise a check's.
expected<check_definition> read_check_definition(std::string_view body);
expected<check_registration> check_registration_of(check_definition d);
/// The `enable` parameter.
expected<bool> read_maintenance(const request& req);
/// What is wrong with it, if anything.
std::optional<answer> bad_maintenance(const call& c);
/// Go's text of what may stand where a check status belongs.
bool is_check_status(std::string_view status);

} // namespace praetor::api
