#include "frontends/api/route_check.hpp"

#include "frontends/api/reads.hpp"
#include "frontends/api/route.hpp"
#include "frontends/api/tenancy.hpp"

#include <algorithm>

namespace praetor::api {

namespace {

std::optional<answer> failed(const call&, std::monostate) { return {}; }
std::optional<answer> failed(const call&, const inner_permission&) { return {}; }

std::optional<answer> failed(const call& c, feature what) {
  auto config = c.env.config();
  switch (what) {
  case feature::acls:
    if (!config->acl.enabled) return text_answer(401, "ACL support disabled");
    break;
  case feature::mesh:
    if (!config->connect.enabled) return text_answer(500, "Connect must be enabled in order to use this endpoint");
    break;
  case feature::coordinates:
    if (config->disable_coordinates) return text_answer(401, "Coordinate support disabled");
    break;
  }
  return {};
}

std::optional<answer> failed(const call& c, const route_permission& p) {
  // Consul checks list permissions only if the configuration says so.
  if (p.access == acl::access::list && !c.env.config()->acl.enable_key_list_policy) return {};
  acl::permission wanted{p.resource, p.access, {}};
  if (p.name == name_source::path || p.name == name_source::path_prefix) wanted.name = c.rest;
  if (p.name == name_source::own_node) wanted.name = c.env.config()->node_name;
  bool allowed = p.name == name_source::path_prefix ? c.who->allowed_prefix(wanted.what, wanted.how, wanted.name)
                                                    : c.who->allowed(wanted);
  if (allowed) return {};
  return refusal(c, error{p.terse ? std::string("Permission denied") : c.who->denial(wanted), 403});
}

std::optional<answer> failed(const call& c, const read_form&) {
  auto options = read_options_of(c);
  if (!options) return refusal(c, options.error());
  return {};
}

std::optional<answer> failed(const call& c, datacenter_policy policy) {
  if (policy == datacenter_policy::asked)
    return c.hop == next_hop::none ? std::optional(refusal(c, no_path())) : std::nullopt;
  auto config = c.env.config();
  if (keeps_access_records(*config)) return {};
  return text_answer(501, "access control records are kept by datacenter " + config->primary_datacenter +
                              "; this release of Praetor does not replicate them");
}

std::optional<answer> failed(const call& c, const required_rest& rest) {
  if (!c.rest.empty()) return {};
  return text_answer(rest.status, std::string(rest.missing));
}

std::optional<answer> failed(const call& c, tenancy_check) {
  auto fault = refused_tenancy(c.matched->path, c.req);
  return fault ? std::optional(text_answer(400, std::move(*fault))) : std::nullopt;
}

std::optional<answer> failed(const call& c, head_test test) { return test(c); }

/// Decodes the body for the endpoint.
std::optional<answer> failed(call& c, const body_check& what) {
  auto value = what.read(c);
  if (!value) return error_answer(value.error());
  c.body = std::move(*value);
  return {};
}

bool is_permission(const route_check& one) {
  return std::holds_alternative<route_permission>(one) || std::holds_alternative<inner_permission>(one);
}

/// Stops a request whose datacenter has no path, or whose token is not resolved yet.
check_outcome reach(call& c) {
  using enum check_outcome::stop_t;
  if (c.hop == next_hop::none) return {refused, refusal(c, no_path())};
  if (!c.identified) return {needs_identity, {}};
  return {};
}

} // namespace

std::optional<answer> bad_read_options(const call& c) {
  auto options = read_options_of(c);
  return options ? std::nullopt : std::optional(error_answer(options.error()));
}

check_outcome carry_out_checks(call& c, body_state body) {
  using enum check_outcome::stop_t;
  const auto& checks = c.matched->checks;
  bool own_place = std::any_of(checks.begin(), checks.end(),
                               [](const auto& one) { return std::holds_alternative<tenancy_check>(one); });
  if (!own_place && c.passed == 0)
    if (auto no = failed(c, tenancy_check{})) return {refused, std::move(no)};
  for (; c.passed < checks.size(); ++c.passed) {
    const auto& one = checks.begin()[c.passed];
    if (is_permission(one))
      if (auto out = reach(c); out.stop != passed) return out;
    bool of_body = std::holds_alternative<body_check>(one);
    if (of_body && body == body_state::awaited) return {needs_body, {}};
    if (of_body && body == body_state::skipped) continue;
    if (auto no = std::visit([&](const auto& what) { return failed(c, what); }, one)) return {refused, std::move(no)};
  }
  return reach(c);
}

} // namespace praetor::api
