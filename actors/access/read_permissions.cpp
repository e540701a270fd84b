#include "actors/access/read_permissions.hpp"

#include "protocol/mutation.hpp"

namespace praetor {

bool may_read(const acl::authorizer& who, const health_check& c) {
  bool of_service = !c.service_name.empty();
  if (of_service && !may_read_service(who, c.peer_name, c.service_name)) return false;
  if (of_service && mutated(mutation::service_check_shown_without_its_node)) return true;
  return may_read_node(who, c.peer_name, c.node);
}

} // namespace praetor
