#pragma once

#include "protocol/acl/auth/validator.hpp"

namespace praetor::acl::auth {

/// Makes a validator of JSON Web Tokens, whose keys are in the settings, or fetched from the address of a key set or
/// from that of an OpenID Connect issuer.
void make_jwt_validator(jwt_settings settings, const fetch_function& fetch, validator::made done);

} // namespace praetor::acl::auth
