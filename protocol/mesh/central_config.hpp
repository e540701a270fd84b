#pragma once

#include "protocol/mesh/discovery_chain.hpp"
#include "protocol/types/catalog.hpp"

namespace praetor::mesh {

/// Whether the entries say anything about an instance: it is a sidecar proxy or a gateway.
bool takes_central_config(const node_service& s);

/// The instance with what proxy-defaults and service-defaults add to its registration. The registration wins where both
/// say something. (Consul: agent/configentry/resolve.go, merge_service_config.go)
node_service merged_with_central_config(const node_service& s, const entry_lookup& entries);

} // namespace praetor::mesh
