#pragma once

#include "protocol/acl/auth/validator.hpp"

namespace praetor::acl::auth {

/// Makes a validator of callers that AWS knows: logins present signed requests, and the answers of AWS to these tell
/// who has signed them.
validator_ptr make_aws_validator(aws_settings settings);

} // namespace praetor::acl::auth
