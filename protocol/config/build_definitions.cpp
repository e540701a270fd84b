#include "protocol/config/builder.hpp"
#include "protocol/config/definition_validation.hpp"

namespace praetor::config {

using hcl::value;

namespace {

/// Reads the members of one block by name.
struct members {
  const value& block;

  const value* find(std::string_view name) const { return block.find(name); }
  void read(std::string_view name, std::string& out) const {
    if (const auto* v = find(name)) out = v->text;
  }
  void read(std::string_view name, bool& out) const {
    if (const auto* v = find(name)) out = v->boolean;
  }
  void read(std::string_view name, std::int64_t& out) const {
    if (const auto* v = find(name)) out = v->integer;
  }
  void read(std::string_view name, string_list& out) const {
    if (const auto* v = find(name))
      for (const auto& item : v->items) out.push_back(item.text);
  }
  void read(std::string_view name, string_map& out) const {
    if (const auto* v = find(name))
      for (const auto& [key, member] : v->members) out[key] = member.text;
  }
  template <class T>
  void read(std::string_view name, std::optional<T>& out) const {
    if (find(name)) read(name, out.emplace());
  }
  void read(std::string_view name, std::map<std::string, string_list>& out) const {
    if (const auto* v = find(name))
      for (const auto& [key, member] : v->members)
        for (const auto& item : member.items) out[key].push_back(item.text);
  }
  void read(std::string_view name, free_form& out) const {
    if (const auto* v = find(name)) out = to_free_form(*v);
  }
};

} // namespace

check_definition builder::check_of(const value& v) {
  members in{v};
  check_definition c;
  c.output_max_size = 4096;
  check_definition::fields(
      [&]<class Member>(const field& f, Member& member) {
        auto key = f.alias.empty() ? lower_case(f.name) : std::string(f.alias);
        if constexpr (std::is_same_v<Member, nanoseconds>)
          member = duration_of("check[" + c.id + "]." + key, in.find(key)); // the id is the first field
        else
          in.read(key, member);
      },
      c);
  normalize(c);
  return c;
}

proxy_definition builder::proxy_of(const value& v) {
  members in{v};
  proxy_definition p;
  in.read("destination_service_name", p.destination_service_name);
  in.read("destination_service_id", p.destination_service_id);
  in.read("local_service_address", p.local_service_address);
  in.read("local_service_port", p.local_service_port);
  in.read("local_service_socket_path", p.local_service_socket_path);
  in.read("mode", p.mode);
  in.read("config", p.config);
  if (const auto* t = in.find("transparent_proxy")) {
    members inner{*t};
    auto& out = p.transparent_proxy.emplace();
    inner.read("outbound_listener_port", out.outbound_listener_port);
    inner.read("dialed_directly", out.dialed_directly);
  }
  if (const auto* list = in.find("upstreams"))
    for (const auto& item : list->items) {
      members inner{item};
      auto& u = p.upstreams.emplace_back();
      inner.read("destination_type", u.destination_type);
      inner.read("destination_namespace", u.destination_namespace);
      inner.read("destination_partition", u.destination_partition);
      inner.read("destination_peer", u.destination_peer);
      inner.read("destination_name", u.destination_name);
      inner.read("datacenter", u.datacenter);
      inner.read("local_bind_address", u.local_bind_address);
      inner.read("local_bind_port", u.local_bind_port);
      inner.read("local_bind_socket_path", u.local_bind_socket_path);
      inner.read("local_bind_socket_mode", u.local_bind_socket_mode);
      inner.read("config", u.config);
      if (const auto* gateway = inner.find("mesh_gateway")) members{*gateway}.read("mode", u.mesh_gateway.mode);
      if (u.destination_type.empty()) u.destination_type = "service";
      if (auto fault = fault_in_socket_mode(u.local_bind_socket_mode)) complain(*fault);
      if (auto fault = fault_in_gateway_mode(u.mesh_gateway.mode)) complain(*fault);
    }
  if (const auto* gateway = in.find("mesh_gateway")) members{*gateway}.read("mode", p.mesh_gateway.mode);
  if (const auto* expose = in.find("expose")) {
    members inner{*expose};
    inner.read("checks", p.expose.checks);
    if (const auto* paths = inner.find("paths"))
      for (const auto& item : paths->items) {
        auto& out = p.expose.paths.emplace_back();
        members{item}.read("listener_port", out.listener_port);
        members{item}.read("path", out.path);
        members{item}.read("local_path_port", out.local_path_port);
        members{item}.read("protocol", out.protocol);
      }
  }
  if (auto fault = fault_in_gateway_mode(p.mesh_gateway.mode)) complain(*fault);
  if (auto fault = fault_in_proxy_mode(p.mode)) complain(*fault);
  return p;
}

service_definition builder::service_of(const value& v) {
  members in{v};
  service_definition s;
  if (const auto* list = in.find("checks"))
    for (const auto& item : list->items) s.checks.push_back(check_of(item));
  if (const auto* single = in.find("check")) s.check = check_of(*single);
  in.read("kind", s.kind);
  in.read("id", s.id);
  in.read("name", s.name);
  in.read("tags", s.tags);
  in.read("address", s.address);
  if (const auto* tagged = in.find("tagged_addresses"))
    for (const auto& [name, address] : tagged->members) {
      members{address}.read("address", s.tagged_addresses[name].address);
      members{address}.read("port", s.tagged_addresses[name].port);
    }
  in.read("meta", s.meta);
  in.read("port", s.port);
  in.read("socket_path", s.socket_path);
  in.read("token", s.token);
  in.read("enable_tag_override", s.enable_tag_override);
  if (const auto* weights = in.find("weights")) {
    s.weights = weights_definition{1, 1};
    members{*weights}.read("passing", s.weights->passing);
    members{*weights}.read("warning", s.weights->warning);
  }
  if (const auto* locality = in.find("locality")) {
    auto& out = s.locality.emplace();
    members{*locality}.read("region", out.region);
    members{*locality}.read("zone", out.zone);
  }
  if (auto fault = fault_in_meta(s.meta)) complain("invalid meta for service " + s.name + ": " + *fault);
  if (s.weights)
    if (auto fault = fault_in_weights(*s.weights))
      complain("Invalid weight definition for service " + s.name + ": " + *fault);
  if (!s.socket_path.empty() && (s.port != 0 || !s.address.empty()))
    complain("service " + s.name + " cannot have both socket path " + s.socket_path + " and address/port");
  if (const auto* proxy = in.find("proxy")) s.proxy = proxy_of(*proxy);
  if (const auto* connect = in.find("connect")) {
    auto& out = s.connect.emplace();
    members{*connect}.read("native", out.native);
    if (const auto* sidecar = connect->find("sidecar_service")) {
      out.sidecar_service = service_of(*sidecar);
      if (!out.sidecar_service->id.empty()) complain("sidecar_service can't specify an ID");
      if (out.sidecar_service->connect && out.sidecar_service->connect->sidecar_service)
        complain("sidecar_service can't have a nested sidecar_service");
    }
  }
  return s;
}

void builder::build_definitions() {
  if (const auto* list = find("checks"))
    for (const auto& item : list->items) out_.checks.push_back(check_of(item));
  if (const auto* list = find("services"))
    for (const auto& item : list->items) out_.services.push_back(service_of(item));
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
