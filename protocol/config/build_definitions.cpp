#include "protocol/codec/shape.hpp"
#include "protocol/config/builder.hpp"
#include "protocol/config/definition_validation.hpp"

namespace praetor::config {

using hcl::value;

namespace {

/// A block that sets nothing.
template <class T>
T empty_definition() {
  T out;
  if constexpr (std::same_as<T, check_definition>) out.output_max_size = 4096;
  if constexpr (std::same_as<T, weights_definition>) out = service_weights{};
  return out;
}

} // namespace

/// Reads the keys of the fields of T.
template <class T>
T builder::definition_of(const value& block) {
  auto out = empty_definition<T>();
  T::fields(
      [&]<class Member>(const field& f, Member& member) {
        auto key = key_of(f);
        const auto* v = key.empty() ? nullptr : block.find(key);
        if (v == nullptr) return;
        if constexpr (shape::duration<Member>)
          member = duration_of("check[" + out.id + "]." + key, v); // the id is the first field
        else
          read_member(*v, member);
      },
      out);
  if constexpr (std::same_as<T, check_definition>) normalize(out);
  if constexpr (std::same_as<T, upstream_definition>)
    if (out.destination_type.empty()) out.destination_type = "service";
  return out;
}

template <class T>
void builder::read_member(const value& v, T& into) {
  if constexpr (shape::record<T>)
    into = definition_of<T>(v);
  else if constexpr (shape::maybe<T>)
    read_member(v, into.emplace());
  else if constexpr (shape::record_list<T>)
    for (const auto& item : v.items) read_member(item, into.emplace_back());
  else if constexpr (shape::record_map<T>)
    for (const auto& [name, member] : v.members) read_member(member, into[name]);
  else
    read_value(v, into);
}

void builder::judge(const proxy_definition& p) {
  for (const auto& u : p.upstreams) {
    if (auto fault = fault_in_socket_mode(u.local_bind_socket_mode)) complain(*fault);
    if (auto fault = fault_in_gateway_mode(u.mesh_gateway.mode)) complain(*fault);
  }
  if (auto fault = fault_in_gateway_mode(p.mesh_gateway.mode)) complain(*fault);
  if (auto fault = fault_in_proxy_mode(p.mode)) complain(*fault);
}

void builder::judge(const service_definition& s) {
  if (auto fault = fault_in_meta(s.meta)) complain("invalid meta for service " + s.name + ": " + *fault);
  if (s.weights)
    if (auto fault = fault_in_weights(*s.weights))
      complain("Invalid weight definition for service " + s.name + ": " + *fault);
  if (!s.socket_path.empty() && (s.port != 0 || !s.address.empty()))
    complain("service " + s.name + " cannot have both socket path " + s.socket_path + " and address/port");
  if (s.proxy) judge(*s.proxy);
  if (!s.connect || !s.connect->sidecar_service) return;
  const auto& sidecar = *s.connect->sidecar_service;
  judge(sidecar);
  if (!sidecar.id.empty()) complain("sidecar_service can't specify an ID");
  if (sidecar.connect && sidecar.connect->sidecar_service)
    complain("sidecar_service can't have a nested sidecar_service");
}

void builder::build_definitions() {
  if (const auto* list = find("checks")) read_member(*list, out_.checks);
  if (const auto* list = find("services"))
    for (const auto& item : list->items) {
      out_.services.push_back(definition_of<service_definition>(item));
      judge(out_.services.back());
    }
  if (const auto* list = find("watches"))
    for (const auto& item : list->items) out_.watches.push_back(to_free_form(item));
}

expected<void> builder::validate_definitions() {
  for (const auto& s : out_.services)
    if (auto good = config::validate(s); !good)
      return fail("service " + praetor::quoted(s.name) + ": " + good.error().text);
  for (const auto& c : out_.checks)
    if (auto good = config::validate(c); !good)
      return fail("check " + praetor::quoted(c.name) + ": " + good.error().text);
  return {};
}

} // namespace praetor::config
