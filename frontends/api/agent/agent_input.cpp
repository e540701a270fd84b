#include "frontends/api/agent/agent_input.hpp"

#include "actors/registry/definitions.hpp"
#include "frontends/api/call.hpp"
#include "frontends/api/strict_input.hpp"
#include "protocol/config/definition_validation.hpp"

namespace praetor::api {

namespace {

/// A check that is registered by itself. It lacks the fields that only checks inside services have.
struct lone_check : check_definition {
  static constexpr std::string_view type_name = "CheckDefinition";

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    check_definition::fields(
        [&](field d, auto& member) {
          if (d.name != "CheckID" && d.name != "ProxyHTTP" && d.name != "ProxyGRPC") f(d, member);
        },
        x);
  }
};

/// The error for a check inside a service with a field that only other checks have.
std::optional<error> foreign_field(const check_definition& d) {
  const auto* name = !d.id.empty() ? "ID" : !d.token.empty() ? "Token" : nullptr;
  if (!name) return std::nullopt;
  return error{"Request decode failed: json: unknown field " + praetor::quoted(name), 400};
}

/// A check without any field counts as absent.
bool is_blank(const check_definition& d) { return d == check_definition{}; }

expected<void> valid_service(const service_definition& d) {
  if (d.weights)
    if (auto fault = config::fault_in_weights(*d.weights)) return fail("Invalid Weights: " + *fault, 400);
  if (auto fault = config::fault_in_meta(d.meta)) return fail("Invalid Service Meta: " + *fault, 400);
  auto without_checks = d;
  without_checks.check.reset();
  without_checks.checks.clear();
  if (auto valid = config::validate(without_checks); !valid)
    return fail("Validation failed: " + valid.error().text, 400);
  return {};
}

} // namespace

bool is_check_status(std::string_view status) {
  return status == health_passing || status == health_warning || status == health_critical;
}

expected<service_definition> read_service_definition(std::string_view body) {
  auto d = read_strictly<service_definition>(body);
  if (!d) return d;
  for (const auto& check : d->all_checks())
    if (auto no = foreign_field(check)) return tl::unexpected(std::move(*no));
  if (d->name.empty()) return fail("Missing service name", 400);
  if (d->address == "0.0.0.0" || d->address == "::" || d->address == "[::]")
    return fail("Invalid service address", 400);
  return d;
}

expected<service_registration> service_registration_of(const service_definition& d) {
  if (auto valid = valid_service(d); !valid) return tl::unexpected(valid.error());
  if (auto fault = fault_in_sidecar(d)) return fail(std::move(*fault), 501);
  // The single check comes first here, but last in files.
  std::vector<check_definition> checks;
  if (d.check && !is_blank(*d.check)) checks.push_back(*d.check);
  checks.insert(checks.end(), d.checks.begin(), d.checks.end());
  for (auto& check : checks) {
    normalize(check);
    if (auto valid = config::validate(check); !valid) return fail("Invalid check: " + valid.error().text, 400);
    if (!check.status.empty() && !is_check_status(check.status))
      return fail("Status for checks must 'passing', 'warning', 'critical'", 400);
  }
  service_registration r;
  r.service = to_node_service(d);
  r.checks = service_checks(d, std::move(checks));
  r.token = d.token;
  return r;
}

expected<check_definition> read_check_definition(std::string_view body) {
  auto d = read_strictly<lone_check>(body);
  if (!d) return tl::unexpected(d.error());
  if (d->name.empty()) return fail("Missing check name", 400);
  if (!d->status.empty() && !is_check_status(d->status)) return fail("Bad check status", 400);
  return std::move(*d);
}

expected<check_registration> check_registration_of(check_definition d) {
  normalize(d);
  if (d.id.empty()) d.id = d.name;
  if (auto valid = config::validate(d); !valid) return fail("Invalid check: " + valid.error().text, 400);
  check_registration r;
  r.token = d.token;
  r.check = std::move(d);
  return r;
}

expected<bool> read_maintenance(const request& req) {
  auto* text = req.query.find("enable");
  if (!text) return fail("Missing value for enable", 400);
  auto on = parse_bool(*text);
  if (!on) return fail("Invalid value for enable: " + praetor::quoted(*text), 400);
  return *on;
}

std::optional<answer> bad_maintenance(const call& c) {
  if (auto on = read_maintenance(c.req); !on) return error_answer(on.error());
  return {};
}

} // namespace praetor::api
