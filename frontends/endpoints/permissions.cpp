#include "frontends/endpoints/permissions.hpp"

#include "storage/state/queries_catalog.hpp"
#include "storage/state/queries_health.hpp"

namespace praetor::endpoints {

namespace {

std::optional<std::string> unless_allowed(const acl::authorizer& who, acl::permission wanted) {
  if (who.allowed(wanted)) return {};
  return who.denial(wanted);
}

} // namespace

std::optional<std::string> denied_registration(const acl::authorizer& who, const register_request& r) {
  if (!r.skip_node_update)
    if (auto no = unless_allowed(who, {acl::resource::node, acl::access::write, r.node})) return no;
  if (r.service) {
    if (auto no = unless_allowed(who, {acl::resource::service, acl::access::write, r.service->name})) return no;
    if (const auto& target = r.service->proxy.destination_service_name; !target.empty())
      if (auto no = unless_allowed(who, {acl::resource::service, acl::access::write, target})) return no;
  }
  for (const auto& check : r.checks) {
    auto wanted = check->service_id.empty()
                      ? acl::permission{acl::resource::node, acl::access::write, r.node}
                      : acl::permission{acl::resource::service, acl::access::write, check->service_name};
    if (auto no = unless_allowed(who, std::move(wanted))) return no;
  }
  return {};
}

std::optional<std::string> denied_deregistration(const acl::authorizer& who, const state::store& s,
                                                 const deregister_request& r) {
  acl::permission on_node{acl::resource::node, acl::access::write, r.node};
  if (who.allowed(on_node)) return {};
  std::string service_name;
  if (!r.service_id.empty()) {
    auto found = state::find_service(s, r.node, r.service_id, nullptr).value;
    if (!found) return "Unknown service ID '" + r.service_id + "'";
    service_name = found->name;
  } else if (!r.check_id.empty()) {
    auto found = state::find_check(s, r.node, r.check_id, nullptr).value;
    if (!found) return "Unknown check ID '" + r.check_id + "'";
    service_name = found->service_name;
  }
  if (service_name.empty()) return who.denial(on_node);
  return unless_allowed(who, {acl::resource::service, acl::access::write, service_name});
}

} // namespace praetor::endpoints
