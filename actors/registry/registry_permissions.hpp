#pragma once

#include "actors/access/write_permissions.hpp"
#include "actors/registry/local_state.hpp"
#include "actors/registry/registration.hpp"

#include <optional>
#include <string>

namespace praetor {

// Who may write what of an agent's own services and checks: the rules of write_permissions.hpp, by what the registry
// holds.

/// A service with its checks. It may neither take the place of one, nor take checks away from one, that the token may
/// not write.
std::optional<write_refusal> refused_registration(const acl::authorizer& who, const local_state& own,
                                                  const std::string& node, const service_registration& r);
/// A check. Its service, if it names one, is there.
std::optional<write_refusal> refused_registration(const acl::authorizer& who, const local_state& own,
                                                  const std::string& node, const check_registration& r);
/// Removing a service, or its maintenance.
std::optional<write_refusal> refused_service_change(const acl::authorizer& who, const local_state& own,
                                                    const std::string& id);
/// Removing a check, or setting its status.
std::optional<write_refusal> refused_check_change(const acl::authorizer& who, const local_state& own,
                                                  const std::string& node, const std::string& id);

} // namespace praetor
