#pragma once

#include "protocol/types/error.hpp"
#include "protocol/types/values.hpp"

#include <string>

namespace praetor::acl::auth {

// The answers of AWS to signed requests, and the names in them. The errors are Consul's.

/// A caller as STS names it.
struct aws_caller {
  std::string arn, user_id, account;
};
/// Reads the answer to sts:GetCallerIdentity.
expected<aws_caller> caller_of(const std::string& body);

/// A user or role.
struct aws_principal {
  bool is_user = false;
  std::string name;
  std::string canonical_arn; ///< of the user or role itself, without its path
};
/// Reads an ARN of a user, a role, or a session of a role.
expected<aws_principal> parse_principal(const std::string& arn);

/// A user or role with its details.
struct aws_entity {
  std::string arn, path, id;
  string_map tags;
};
/// Reads the answer to iam:GetRole or iam:GetUser. @param action "GetRole"
expected<aws_entity> entity_of(const std::string& body, const std::string& action);

} // namespace praetor::acl::auth
