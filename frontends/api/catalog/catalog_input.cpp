#include "frontends/api/catalog/catalog_input.hpp"

#include "protocol/config/definition_validation.hpp"

namespace praetor::api {

expected<void> complete_service(node_service& s) {
  if (s.id.empty()) s.id = s.name;
  if (!s.id.empty() && s.name.empty())
    return fail("Must provide service name (Service.Service) when service ID is provided");
  if (s.address == "0.0.0.0" || s.address == "::" || s.address == "[::]") return fail("Invalid service address");
  if (!s.weights || s.weights->passing < 1) s.weights = service_weights{};
  return {};
}

expected<void> valid_for_kind(const node_service& s) {
  service_definition d;
  d.kind = s.kind;
  d.port = s.port;
  d.socket_path = s.socket_path;
  d.locality = s.locality;
  d.proxy = s.proxy;
  d.connect.emplace().native = s.connect.native;
  return config::validate(d);
}

} // namespace praetor::api
