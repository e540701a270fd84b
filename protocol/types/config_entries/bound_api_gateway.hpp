#pragma once

#include "protocol/codec/msgpack.hpp"
#include "protocol/hcl/weak_read.hpp"
#include "protocol/types/config_entries/parts.hpp"

namespace praetor::config_entries {

struct bound_listener {
  static constexpr std::string_view type_name = "BoundAPIGatewayListener";

  std::string name;
  std::vector<resource_reference> routes, certificates;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Name"}, x.name);
    f(field{"Routes", null_if_empty}, x.routes);
    f(field{"Certificates", null_if_empty}, x.certificates);
  }
  bool operator==(const bound_listener&) const = default;
};

/// The routes that lead to each service. In MessagePack its keys are structs.
struct routes_by_service {
  std::map<std::string, std::vector<resource_reference>> routes;
  bool operator==(const routes_by_service&) const = default;
};
void msgpack_write(std::string& out, const routes_by_service& r);
void msgpack_read(msgpack::reader& in, routes_by_service& r);
void json_write(std::string& out, const routes_by_service& r);
std::uint64_t hash_itself(const routes_by_service& r);
void weak_read_itself(hcl::weak_reader& in, const hcl::weak_place& at, const hcl::value& v, routes_by_service& r);

/// What the controller of API gateways has bound to one. Clients can't write it.
struct bound_api_gateway : config_entry {
  static constexpr std::string_view kind_name = "bound-api-gateway", type_name = "BoundAPIGatewayConfigEntry";

  std::vector<bound_listener> listeners;
  routes_by_service services;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    head(f, x);
    f(field{"Listeners", null_if_empty}, x.listeners);
    f(field{"Services", no_filter}, x.services);
    tail(f, x);
  }
  expected<void> normalize() { return {}; }
  expected<void> validate() const;
};

} // namespace praetor::config_entries
