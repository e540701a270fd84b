#include "protocol/types/config_entries/kinds.hpp"

#include "protocol/codec/json_scan.hpp"
#include "protocol/codec/json_write.hpp"
#include "protocol/codec/msgpack.hpp"
#include "protocol/codec/structural_hash.hpp"
#include "protocol/hcl/parse.hpp"
#include "protocol/types/config_entries/api_gateway.hpp"
#include "protocol/types/config_entries/bound_api_gateway.hpp"
#include "protocol/types/config_entries/certificates.hpp"
#include "protocol/types/config_entries/exported_services.hpp"
#include "protocol/types/config_entries/http_route.hpp"
#include "protocol/types/config_entries/ingress_gateway.hpp"
#include "protocol/types/config_entries/jwt_provider.hpp"
#include "protocol/types/config_entries/mesh.hpp"
#include "protocol/types/config_entries/proxy_defaults.hpp"
#include "protocol/types/config_entries/sameness_group.hpp"
#include "protocol/types/config_entries/service_defaults.hpp"
#include "protocol/types/config_entries/service_intentions.hpp"
#include "protocol/types/config_entries/service_resolver.hpp"
#include "protocol/types/config_entries/service_router.hpp"
#include "protocol/types/config_entries/service_splitter.hpp"
#include "protocol/types/config_entries/tcp_route.hpp"
#include "protocol/types/config_entries/terminating_gateway.hpp"

#include <algorithm>
#include <array>

namespace praetor::config_entries {

namespace {

using rule = entry_permission::rule_t;
using acl::access;
using acl::resource;

constexpr entry_permission everyone{}, nobody{rule::nobody};
constexpr entry_permission reads_name{rule::name, resource::service, access::read},
    writes_name{rule::name, resource::service, access::write}, reads_mesh{rule::unnamed, resource::mesh, access::read},
    writes_mesh{rule::unnamed, resource::mesh, access::write},
    reads_intentions{rule::name, resource::intention, access::read},
    writes_intentions{rule::name, resource::intention, access::write},
    reads_mesh_or_writes_any_service{rule::mesh_or_any_service, resource::mesh, access::read};

template <class T>
constexpr entry_kind row(entry_permission read, entry_permission write) {
  entry_kind k{};
  k.name = T::kind_name;
  k.read = read;
  k.write = write;
  k.make = [] {
    auto made = std::make_shared<T>();
    made->kind = T::kind_name;
    return std::shared_ptr<config_entry>(std::move(made));
  };
  k.copy = [](const config_entry& e) {
    return std::shared_ptr<config_entry>(std::make_shared<T>(static_cast<const T&>(e)));
  };
  k.weak_read = [](hcl::weak_reader& in, const hcl::value& v, config_entry& e) {
    hcl::weak_read(in, {}, v, static_cast<T&>(e));
  };
  k.write_json = [](std::string& out, const config_entry& e) { json::write(out, static_cast<const T&>(e)); };
  k.pack = [](std::string& out, const config_entry& e) { msgpack::pack(out, static_cast<const T&>(e)); };
  k.unpack = [](msgpack::reader& in, config_entry& e) { msgpack::read_value(in, static_cast<T&>(e)); };
  k.hash = [](const config_entry& e) { return structural_hash(static_cast<const T&>(e)); };
  k.normalize = [](config_entry& e) { return static_cast<T&>(e).normalize(); };
  k.validate = [](const config_entry& e) { return static_cast<const T&>(e).validate(); };
  k.warnings = []([[maybe_unused]] const config_entry& e) {
    if constexpr (requires(const T& x) { x.warnings(); })
      return static_cast<const T&>(e).warnings();
    else
      return string_list();
  };
  k.take_status = []([[maybe_unused]] config_entry& e, [[maybe_unused]] const config_entry* from) {
    if constexpr (requires(T & x) { x.status; })
      static_cast<T&>(e).status = from ? static_cast<const T*>(from)->status : decltype(T::status){};
  };
  k.related_services = []([[maybe_unused]] const config_entry& e) {
    if constexpr (requires(const T& x) { x.related_services(); })
      return static_cast<const T&>(e).related_services();
    else
      return string_list();
  };
  return k;
}

constexpr std::array kinds{
    row<service_defaults>(reads_name, writes_name),
    row<proxy_defaults>(everyone, writes_mesh),
    row<service_router>(reads_name, writes_name),
    row<service_splitter>(reads_name, writes_name),
    row<service_resolver>(reads_name, writes_name),
    row<ingress_gateway>(reads_name, writes_mesh),
    row<terminating_gateway>(reads_name, writes_mesh),
    row<service_intentions>(reads_intentions, writes_intentions),
    row<mesh>(everyone, writes_mesh),
    row<exported_services>(reads_mesh, writes_mesh),
    row<sameness_group>(everyone, writes_mesh),
    row<api_gateway>(reads_name, writes_mesh),
    row<bound_api_gateway>(reads_name, nobody),
    row<http_route>(reads_mesh, writes_mesh),
    row<tcp_route>(reads_mesh, writes_mesh),
    row<file_system_certificate>(reads_mesh, writes_mesh),
    row<inline_certificate>(reads_mesh, writes_mesh),
    row<jwt_provider>(reads_mesh_or_writes_any_service, writes_mesh),
};

std::optional<std::string> refusal(const acl::authorizer& who, const entry_permission& needs, const std::string& name) {
  acl::permission wanted{needs.resource, needs.access, needs.rule == rule::name ? name : std::string()};
  switch (needs.rule) {
  case rule::everyone: return std::nullopt;
  case rule::nobody: return "Permission denied: only writeable by controller";
  case rule::mesh_or_any_service:
    if (who.allowed_any(resource::service, access::write)) return std::nullopt;
    break;
  case rule::name:
  case rule::unnamed: break;
  }
  if (who.allowed(wanted)) return std::nullopt;
  return who.denial(wanted);
}

expected<void> check_unknown_keys(const std::vector<std::string>& keys) {
  fault_list faults;
  for (const auto& key : keys) {
    if (key == "CreateIndex" || key == "ModifyIndex" || key == "kind" || key == "Kind") continue;
    auto lower = lower_case(key);
    auto fault = "invalid config key " + praetor::quoted(key);
    if (lower.ends_with("namespace"))
      fault += ", namespaces are a consul enterprise feature";
    else if (lower.find("jwt") != lower.npos)
      fault += ", api-gateway jwt validation is a consul enterprise feature";
    faults.add(std::move(fault));
  }
  return faults.result();
}

} // namespace

std::span<const entry_kind> all_kinds() { return kinds; }

const entry_kind* find_kind(std::string_view name) {
  auto found = std::find_if(kinds.begin(), kinds.end(), [&](const auto& k) { return k.name == name; });
  return found == kinds.end() ? nullptr : &*found;
}

const entry_kind& row_of(const config_entry& e) {
  const auto* found = find_kind(e.kind);
  PRAETOR_ASSERT(found != nullptr); // no entry is made but by its row
  return *found;
}

expected<std::shared_ptr<config_entry>> make_entry(std::string_view kind, std::string name) {
  const auto* row = find_kind(kind);
  if (!row) return fail("invalid config entry kind: " + std::string(kind), 400);
  auto made = row->make();
  if (made->name.empty()) made->name = std::move(name);
  return made;
}

expected<void> normalize(config_entry& e) {
  const auto& row = row_of(e);
  auto done = row.normalize(e);
  if (done) e.hash = row.hash(e);
  return done;
}

expected<void> validate(const config_entry& e) { return row_of(e).validate(e); }

expected<std::shared_ptr<config_entry>> decode_entry(const hcl::value& source) {
  const auto* kind = source.find("Kind");
  if (!kind) kind = source.find("kind");
  if (!kind) return fail("Payload does not contain a kind/Kind key at the top level", 400);
  if (!kind->is(hcl::value::kind::text)) return fail("Kind value in payload is not a string", 400);
  auto made = make_entry(kind->text, {});
  if (!made) return made;
  const auto& row = row_of(**made);
  hcl::weak_reader in;
  row.weak_read(in, source, **made);
  if (in.failed()) return fail(in.error_text(), 400);
  if (auto good = check_unknown_keys(in.unknown_keys); !good) return fail(good.error().text, 400);
  (*made)->kind = row.name;
  return made;
}

expected<std::shared_ptr<config_entry>> decode_entry_json(std::string_view text) {
  constexpr std::size_t deepest = hcl::max_depth;
  auto scanned = json::scan(text, false, deepest);
  if (!scanned.error.empty()) return fail(scanned.error, 400);
  // In an object, what is no object is shown as a value by itself.
  auto read = hcl::parse_json("{\"\":" + std::string(text.substr(0, scanned.end)) + "}");
  if (!read) return fail(read.error().text, 400);
  const auto& body = read->members.front().second;
  if (!body.is(hcl::value::kind::object) && !body.is(hcl::value::kind::null))
    return fail("'' expected a map, got '" + hcl::kind_name(body) + "'", 400);
  return decode_entry(body);
}

std::optional<std::string> refused_read(const acl::authorizer& who, const config_entry& e) {
  return refusal(who, row_of(e).read, e.name);
}

std::optional<std::string> refused_write(const acl::authorizer& who, const config_entry& e) {
  const auto& row = row_of(e);
  if (auto denied = refusal(who, row.write, e.name)) return denied;
  if (row.write.resource != resource::service) return std::nullopt;
  auto related = row.related_services(e);
  std::ranges::sort(related);
  for (const auto& service : related) {
    if (service == e.name) continue;
    acl::permission wanted{resource::service, access::read, service};
    if (!who.allowed(wanted)) return who.denial(wanted);
  }
  return std::nullopt;
}

} // namespace praetor::config_entries
