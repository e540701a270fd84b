#include "frontends/api/acl/acl_calls.hpp"
#include "frontends/api/routes.hpp"
#include "frontends/api/strict_input.hpp"
#include "protocol/acl/built_in.hpp"

#include <array>

namespace praetor::api::acl_template_endpoints {

namespace {

struct template_shape {
  std::string name, schema, text, description;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"TemplateName"}, x.name);
    f(field{"Schema"}, x.schema);
    f(field{"Template"}, x.text);
    f(field{"Description"}, x.description);
  }
};

template_shape shape(const acl::policy_template& t) {
  return {std::string(t.name), std::string(t.schema), std::string(t.text), std::string(t.description)};
}

void list(const call& c) {
  std::map<std::string, template_shape> out;
  for (const auto& t : acl::policy_templates()) out.emplace(t.name, shape(t));
  respond(c, json_answer(c, out));
}

void read(const call& c) {
  const auto* found = acl::find_template(c.rest);
  if (!found) return respond_error(c, "Invalid templated policy Name: " + std::string(c.rest), 400);
  respond(c, json_answer(c, shape(*found)));
}

struct template_variables : acl_template_variables {
  static constexpr std::string_view type_name = "ACLTemplatedPolicyVariables";
};

void preview(const call& c) {
  const auto* found = acl::find_template(c.rest);
  if (!found) return respond_error(c, "templated policy " + praetor::quoted(c.rest) + " does not exist", 400);
  auto variables = read_strictly<template_variables>(c.req.body, "Failed to decode request body: ");
  if (!variables) return respond(c, error_answer(variables.error()));
  acl_templated_policy p{std::string(found->id), std::string(found->name), std::move(*variables), {}};
  if (auto good = acl::check_variables(*found, p); !good)
    return respond_error(
        c, "validation error for templated policy: " + praetor::quoted(p.template_name) + ": " + good.error().text,
        400);
  auto made = acl::synthetic_policy(p);
  if (!made) return respond(c, error_answer(made.error()));
  respond(c, json_answer(c, *made));
}

constexpr required_rest name_given{"Missing templated policy Name"};

constexpr std::array rows{
    route{.method = "GET",
          .path = "/v1/acl/templated-policies",
          .endpoint = list,
          .summary = "Lists the templates of policies",
          .checks = {feature::acls, rejects_tenancy, may_read_acls}},
    route{.method = "GET",
          .path = "/v1/acl/templated-policy/name/",
          .rest = "name",
          .endpoint = read,
          .summary = "The template of a name",
          .checks = {feature::acls, name_given, rejects_tenancy, may_read_acls}},
    route{.method = "POST",
          .path = "/v1/acl/templated-policy/preview/",
          .rest = "name",
          .endpoint = preview,
          .summary = "The policy that a template would make",
          .checks = {feature::acls, name_given, rejects_tenancy, may_read_acls},
          .body = json_body<acl_template_variables>()},
};

} // namespace

std::span<const route> family() { return rows; }

} // namespace praetor::api::acl_template_endpoints
