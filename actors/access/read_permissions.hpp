#pragma once

#include "protocol/acl/authorizer.hpp"
#include "protocol/types/catalog.hpp"
#include "protocol/types/kv.hpp"

#include <string_view>

namespace praetor {

// What a token may see of the catalog and of sessions. Records that were imported through a peering are seen by who may
// see all nodes, or all services.

inline bool may_read_node(const acl::authorizer& who, std::string_view peer, std::string_view node) {
  return peer.empty() ? who.allowed(acl::resource::node, acl::access::read, node)
                      : who.allowed_imported(acl::resource::node);
}
inline bool may_read_service(const acl::authorizer& who, std::string_view peer, std::string_view service) {
  return peer.empty() ? who.allowed(acl::resource::service, acl::access::read, service)
                      : who.allowed_imported(acl::resource::service);
}

inline bool may_read(const acl::authorizer& who, const node& n) { return may_read_node(who, n.peer_name, n.name); }
inline bool may_read(const acl::authorizer& who, const node_service& s) {
  return may_read_service(who, s.peer_name, s.name);
}
/// A check reveals its node and, if it names one, its service: both must be readable.
bool may_read(const acl::authorizer& who, const health_check& c);
/// An instance with all checks that apply to it. The checks are not filtered one by one: without its critical check, an
/// instance would look healthy.
inline bool may_read(const acl::authorizer& who, const service_entry& e) {
  return may_read(who, *e.node) && may_read(who, *e.service);
}

inline bool may_read(const acl::authorizer& who, const session& s) {
  return who.allowed(acl::resource::session, acl::access::read, s.node);
}

/// A check of the agent that is asked itself. Its node is no secret to its users: a service's check is shown to who may
/// see the service.
inline bool may_read_own(const acl::authorizer& who, const health_check& c) {
  return c.service_name.empty() ? may_read_node(who, {}, c.node) : may_read_service(who, {}, c.service_name);
}

} // namespace praetor
