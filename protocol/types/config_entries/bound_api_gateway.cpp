#include "protocol/types/config_entries/bound_api_gateway.hpp"

#include "protocol/base/quoted.hpp"
#include "protocol/codec/json_write.hpp"
#include "protocol/codec/structural_hash.hpp"

namespace praetor::config_entries {

namespace {

struct service_name_key {
  static constexpr std::string_view type_name = "ServiceName";

  std::string name;
  [[no_unique_address]] enterprise_meta enterprise = {};

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Name"}, x.name);
    f(field{"EnterpriseMeta", only_hashed}, x.enterprise);
  }
};

} // namespace

void msgpack_write(std::string& out, const routes_by_service& r) {
  if (r.routes.empty()) return msgpack::write_nil(out);
  msgpack::write_map_header(out, r.routes.size());
  for (const auto& [service, routes] : r.routes) {
    msgpack::pack(out, service_name_key{service});
    msgpack::pack(out, routes);
  }
}

void msgpack_read(msgpack::reader& in, routes_by_service& r) {
  r.routes.clear();
  if (in.at_nil()) return in.skip();
  std::size_t size = 0;
  if (!in.begin_map(size)) return;
  msgpack::reader::nesting level(in);
  for (; size > 0 && in.make_room(object_allowance::map_node_bytes + sizeof(resource_reference)); --size) {
    service_name_key key;
    msgpack::read_value(in, key);
    msgpack::read_value(in, r.routes[key.name]);
  }
}

std::uint64_t hash_itself(const routes_by_service& r) {
  std::uint64_t hash = 0;
  for (const auto& [service, routes] : r.routes)
    hash ^= detail::combine_hashes(structural_hash(service_name_key{service}), structural_hash(routes));
  return hash;
}

/// Clients have no way to name such keys.
void weak_read_itself(hcl::weak_reader& in, const hcl::weak_place& at, const hcl::value& v, routes_by_service&) {
  if (!v.is(hcl::value::kind::object)) return in.not_a_map(at, v);
  for (const auto& [key, routes] : v.members)
    in.not_a_map(hcl::weak_place{&at, key, hcl::weak_place::none, true}, hcl::value::of(key));
}

void json_write(std::string& out, const routes_by_service& r) { json::write(out, r.routes, null_if_empty); }

expected<void> bound_api_gateway::validate() const {
  for (const auto& l : listeners) {
    for (const auto& certificate : l.certificates) {
      if (certificate.kind != "inline-certificate")
        return fail("unsupported certificate kind: " + praetor::quoted(certificate.kind) +
                    ", must be 'inline-certificate'");
      if (certificate.name.empty()) return fail("certificate reference must have a name");
    }
    for (const auto& route : l.routes) {
      if (route.kind != "http-route" && route.kind != "tcp-route")
        return fail("unsupported route kind: " + praetor::quoted(route.kind) +
                    ", must be one of 'http-route', or 'tcp-route'");
      if (route.name.empty()) return fail("route reference must have a name");
    }
  }
  return {};
}

} // namespace praetor::config_entries
