#include "actors/registry/registry_permissions.hpp"

#include "protocol/mutation.hpp"

namespace praetor {

namespace {

/// The check's owner is the service's current name, not the name at the time of the check's registration.
std::optional<write_refusal> refused_owner(const acl::authorizer& who, const local_state& own, const std::string& node,
                                           const std::string& service_id) {
  auto service = service_id.empty() ? nullptr : own.service(service_id);
  return service ? refused_service_write(who, service->service->name) : refused_node_write(who, node);
}

/// Permission on the owner of the check that already has this id, if there is one.
std::optional<write_refusal> refused_replaced_check(const acl::authorizer& who, const local_state& own,
                                                    const std::string& node, const std::string& id) {
  auto replaced = own.check(id);
  if (!replaced || mutated(mutation::agent_check_taken_over)) return {};
  return refused_owner(who, own, node, replaced->check->service_id);
}

} // namespace

std::optional<write_refusal> refused_registration(const acl::authorizer& who, const local_state& own,
                                                  const std::string& node, const service_registration& r) {
  if (auto no = refused_service_write(who, r.service)) return no;
  if (auto replaced = own.service(r.service.id))
    if (auto no = refused_service_write(who, replaced->service->name)) return no;
  for (const auto& check : r.checks)
    if (auto no = refused_replaced_check(who, own, node, check.id)) return no;
  return {};
}

std::optional<write_refusal> refused_registration(const acl::authorizer& who, const local_state& own,
                                                  const std::string& node, const check_registration& r) {
  if (auto no = refused_owner(who, own, node, r.check.service_id)) return no;
  return refused_replaced_check(who, own, node, r.check.id);
}

std::optional<write_refusal> refused_service_change(const acl::authorizer& who, const local_state& own,
                                                    const std::string& id) {
  auto service = own.service(id);
  if (service) return refused_service_write(who, service->service->name);
  return write_refusal{error_code::not_found, "Unknown service ID " + praetor::quoted(id) +
                                                  ". Ensure that the service ID is passed, not the service name."};
}

std::optional<write_refusal> refused_check_change(const acl::authorizer& who, const local_state& own,
                                                  const std::string& node, const std::string& id) {
  auto check = own.check(id);
  if (check) return refused_owner(who, own, node, check->check->service_id);
  return write_refusal{error_code::not_found, "Unknown check ID " + praetor::quoted(id) +
                                                  ". Ensure that the check ID is passed, not the check name."};
}

} // namespace praetor
