#pragma once

#include "protocol/acl/authorizer.hpp"
#include "protocol/types/catalog.hpp"

#include <string_view>

namespace praetor {

// Read permissions on the catalog. Records imported through a peering are visible to tokens that may read all nodes, or
// all services.

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

/// A check of the local agent. Its node is known to its users: a service check is visible to tokens that may read the
/// service.
inline bool may_read_own(const acl::authorizer& who, const health_check& c) {
  return c.service_name.empty() ? may_read_node(who, {}, c.node) : may_read_service(who, {}, c.service_name);
}

} // namespace praetor
