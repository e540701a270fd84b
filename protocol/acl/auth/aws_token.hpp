#pragma once

#include "protocol/acl/auth/settings.hpp"
#include "protocol/types/outbound.hpp"

#include <optional>
#include <string>

namespace praetor::acl::auth {

/// What a login of type "aws-iam" presents: requests to AWS that the caller has signed, which only prove who it is when
/// AWS answers them.
struct aws_token {
  outbound_request caller_identity; ///< sts:GetCallerIdentity
  struct entity_request {
    outbound_request request; ///< iam:GetRole or iam:GetUser
    std::string action;       ///< "GetRole", "GetUser"
  };
  std::optional<entity_request> entity; ///< with EnableIAMEntityDetails only
};

/// Reads and checks a token: the requests go to AWS or to the configured endpoints, ask for nothing but the caller's
/// identity, and have the server's id signed if the method has one. The errors are Consul's.
expected<aws_token> parse_aws_token(const aws_settings& s, const std::string& bearer);

} // namespace praetor::acl::auth
