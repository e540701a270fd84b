#pragma once

#include "actors/registry/registration.hpp"
#include "frontends/api/exchange.hpp"
#include "protocol/types/error.hpp"

namespace praetor::api {

struct call;

// Validated bodies and parameters of the agent's own endpoints.

/// Decodes a service's definition, without validating its content.
expected<service_definition> read_service_definition(std::string_view body);
expected<service_registration> service_registration_of(const service_definition& d);
/// Decodes a check's definition, without validating its content.
expected<check_definition> read_check_definition(std::string_view body);
expected<check_registration> check_registration_of(check_definition d);
/// The `enable` parameter.
expected<bool> read_maintenance(const request& req);
/// The refusal of a malformed `enable` parameter, if it is one.
std::optional<answer> bad_maintenance(const call& c);
/// Whether the text is a check status.
bool is_check_status(std::string_view status);

} // namespace praetor::api
