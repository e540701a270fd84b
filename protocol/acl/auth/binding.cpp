#include "protocol/acl/auth/binding.hpp"

#include "protocol/acl/built_in.hpp"
#include "protocol/codec/json_write.hpp"
#include "protocol/filter/filter.hpp"
#include "protocol/hil/hil.hpp"

#include <array>

namespace praetor::acl::auth {

namespace {

using name_test = bool (*)(std::string_view);

struct kind_row {
  std::string_view type;
  name_test may_be_written; ///< a name with all variables filled in
  name_test may_be_bound;   ///< the same at a login
};
bool is_policy_name(std::string_view name) { return check_policy_name(name).has_value(); }
// At a login Consul compares names of policies with the rule of roles.
constexpr std::array kinds{
    kind_row{bind_type::service, is_identity_name, is_identity_name},
    kind_row{bind_type::node, is_identity_name, is_identity_name},
    kind_row{bind_type::role, is_role_name, is_role_name},
    kind_row{bind_type::policy, is_policy_name, is_role_name},
};
const kind_row* find_kind(std::string_view type) {
  for (const auto& row : kinds)
    if (row.type == type) return &row;
  return nullptr;
}

/// Variables are lower-cased. A text without "${" is left as it is.
expected<std::string> interpolated(const std::string& text, const identity& who) {
  if (text.find("${") == text.npos) return text;
  hil::scope scope;
  for (const auto& [name, value] : who.variables) scope.variables[name] = lower_case(value);
  return hil::interpolate(text, scope);
}

expected<std::string> computed_name(const std::string& text, const identity& who, name_test is_valid) {
  auto name = interpolated(text, who);
  if (!name) return fail("error interpreting template: " + name.error().text);
  if (!is_valid(*name)) return fail("invalid bind name: " + praetor::quoted(*name));
  return name;
}

expected<acl_templated_policy> computed_template(const acl_binding_rule& rule, const identity& who) {
  const auto* known = find_template(rule.bind_name);
  if (!known)
    return fail("Bind name for templated-policy bind type does not match existing template name: " + rule.bind_name);
  acl_templated_policy out;
  out.template_id = known->id;
  out.template_name = rule.bind_name;
  if (rule.bind_vars) {
    auto name = interpolated(rule.bind_vars->name, who);
    if (!name) return fail("failed to interpret templated policy variables: " + name.error().text);
    out.variables = acl_template_variables{std::move(*name)};
  }
  if (auto good = check_variables(*known, out); !good)
    return fail("templated policy failed validation: " + good.error().text);
  return out;
}

/// A compiled selector of the type of the caller's fields.
expected<filter::expression> compiled(const filter::syntax& selector, const identity& who) {
  return std::visit([&]<class Fields>(const Fields&) { return filter::bind(selector, filter::type_info_of<Fields>()); },
                    who.selectable);
}

/// A selector that cannot be evaluated matches nobody.
bool matches(const std::string& selector, const identity& who) {
  if (selector.empty()) return true;
  auto parsed = filter::parse(selector);
  if (!parsed) return false;
  auto test = compiled(*parsed, who);
  return test && std::visit([&](const auto& fields) { return test->matches(fields); }, who.selectable);
}

expected<void> check_names(const acl_binding_rule& rule, const identity& blank) {
  // Any name fits where a variable stands.
  auto sample = blank;
  for (auto& [name, value] : sample.variables) value = "fake";
  expected<void> out;
  if (rule.bind_type == bind_type::templated_policy) {
    if (auto done = computed_template(rule, sample); !done) out = tl::unexpected(std::move(done.error()));
  } else {
    const auto* kind = find_kind(rule.bind_type);
    if (!kind) return fail("invalid Binding Rule: unknown BindType " + praetor::quoted(rule.bind_type));
    if (auto done = computed_name(rule.bind_name, sample, kind->may_be_written); !done)
      out = tl::unexpected(std::move(done.error()));
  }
  if (!out) out.error().text.insert(0, "failed to validate bindType " + praetor::quoted(rule.bind_type) + ": ");
  return out;
}

expected<void> apply(const acl_binding_rule& rule, const identity& who, const binding_source& from, bindings& out) {
  if (rule.bind_type == bind_type::templated_policy) {
    auto made = computed_template(rule, who);
    if (!made) return tl::unexpected(std::move(made.error()));
    out.templated_policies.push_back(std::move(*made));
    return {};
  }
  const auto* kind = find_kind(rule.bind_type);
  if (!kind) return {}; // of a newer release
  auto name = computed_name(rule.bind_name, who, kind->may_be_bound);
  if (!name) return tl::unexpected(std::move(name.error()));
  if (rule.bind_type == bind_type::service) {
    out.service_identities.push_back({*name, {}});
  } else if (rule.bind_type == bind_type::node) {
    out.node_identities.push_back({*name, from.datacenter});
  } else if (rule.bind_type == bind_type::policy) {
    if (auto found = from.policy(*name)) out.policies.push_back({found->id, {}});
  } else if (auto found = from.role(*name)) {
    out.roles.push_back({found->id, {}});
  }
  return {};
}

} // namespace

expected<void> check_rule(const acl_binding_rule& rule, const identity& blank) {
  if (!rule.selector.empty()) {
    auto parsed = filter::parse(rule.selector);
    auto bound = parsed ? compiled(*parsed, blank) : tl::unexpected(parsed.error());
    if (!bound) return fail("invalid Binding Rule: Selector is invalid: " + bound.error().text);
  }
  if (rule.bind_type.empty()) return fail("Invalid Binding Rule: no BindType is set");
  if (rule.bind_name.empty()) return fail("Invalid Binding Rule: no BindName is set");
  if (rule.bind_type != bind_type::templated_policy && rule.bind_vars)
    return fail("invalid Binding Rule: BindVars cannot be set when bind type is not templated-policy.");
  auto names = check_names(rule, blank);
  if (!names) names.error().text.insert(0, "Invalid Binding Rule: invalid BindName or BindVars: ");
  return names;
}

expected<bindings> bind(const identity& who, const binding_source& from) {
  bindings out;
  for (const auto& rule : from.rules) {
    if (!matches(rule->selector, who)) continue;
    if (auto done = apply(*rule, who, from, out); !done) return tl::unexpected(std::move(done.error()));
  }
  return out;
}

std::string token_description(const string_map& meta) {
  std::string out = "token created via login";
  if (meta.empty()) return out;
  out += ": ";
  json::write(out, meta);
  return out;
}

} // namespace praetor::acl::auth
