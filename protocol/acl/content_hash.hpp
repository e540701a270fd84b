#pragma once

#include "protocol/types/acl.hpp"

#include <string>
#include <string_view>

namespace praetor::acl {

/// BLAKE2b with 32 bytes, without a key.
std::string blake2b_256(std::string_view bytes);

// The hash by which datacenters compare what they have of each other: over the content, without ids, secrets, names of
// links, expiry and indexes (reference: http-api 2.10).

blob content_hash(const acl_token& token);
blob content_hash(const acl_policy& policy);
blob content_hash(const acl_role& role);

} // namespace praetor::acl
