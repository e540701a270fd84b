#pragma once

#include "protocol/config/keys/acl.hpp"
#include "protocol/config/keys/addresses.hpp"
#include "protocol/config/keys/automatic.hpp"
#include "protocol/config/keys/autopilot.hpp"
#include "protocol/config/keys/checks.hpp"
#include "protocol/config/keys/cluster.hpp"
#include "protocol/config/keys/dns.hpp"
#include "protocol/config/keys/fixed.hpp"
#include "protocol/config/keys/gossip.hpp"
#include "protocol/config/keys/http.hpp"
#include "protocol/config/keys/identity.hpp"
#include "protocol/config/keys/limits.hpp"
#include "protocol/config/keys/mesh.hpp"
#include "protocol/config/keys/telemetry.hpp"
#include "protocol/config/keys/tls.hpp"

namespace praetor::config {

/// The agent's whole configuration, validated and converted. A plain value: comparing two of them shows what a reload
/// changes. Each section stands beside its keys in `keys/`.
struct runtime_config : identity_section,
                        address_section,
                        cluster_section,
                        gossip_section,
                        autopilot_section,
                        acl_section,
                        tls_section,
                        dns_section,
                        http_section,
                        check_section,
                        limit_section,
                        telemetry_section,
                        mesh_section,
                        automatic_section,
                        fixed_section {
  bool operator==(const runtime_config&) const = default;
};

} // namespace praetor::config
