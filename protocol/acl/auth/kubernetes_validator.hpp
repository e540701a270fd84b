#pragma once

#include "protocol/acl/auth/validator.hpp"

namespace praetor::acl::auth {

/// Makes a validator of the tokens of Kubernetes service accounts, which the API server of the cluster reviews.
validator_ptr make_kubernetes_validator(kubernetes_settings settings);

} // namespace praetor::acl::auth
