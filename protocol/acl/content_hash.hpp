#pragma once

#include "protocol/types/acl.hpp"

#include <string>
#include <string_view>

namespace praetor::acl {

/// Unkeyed BLAKE2b with a 32-byte digest.
std::string blake2b_256(std::string_view bytes);

// The hash by which datacenters compare replicated records. It covers the content, without ids, secrets, link names,
// expiry and indexes (SetHash in Consul's agent/structs/acl.go).

blob content_hash(const acl_token& token);
blob content_hash(const acl_policy& policy);
blob content_hash(const acl_role& role);

} // namespace praetor::acl
