#pragma once

#include "actors/access/write_permissions.hpp"
#include "actors/registry/local_state.hpp"
#include "actors/registry/registration.hpp"

#include <optional>
#include <string>

namespace praetor {

// Write permissions on an agent's own services and checks: the rules of write_permissions.hpp, applied to the registry.

/// Registers a service with its checks. It may neither replace a service nor take over a check that the token may not
/// write.
std::optional<write_refusal> refused_registration(const acl::authorizer& who, const local_state& own,
                                                  const std::string& node, const service_registration& r);
/// Registers a check. Its service, if it names one, exists.
std::optional<write_refusal> refused_registration(const acl::authorizer& who, const local_state& own,
                                                  const std::string& node, const check_registration& r);
/// Removes a service, or changes its maintenance mode.
std::optional<write_refusal> refused_service_change(const acl::authorizer& who, const local_state& own,
                                                    const std::string& id);
/// Removes a check, or sets its status.
std::optional<write_refusal> refused_check_change(const acl::authorizer& who, const local_state& own,
                                                  const std::string& node, const std::string& id);

} // namespace praetor
