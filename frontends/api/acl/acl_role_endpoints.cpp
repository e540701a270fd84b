#include "actors/ports.hpp"
#include "actors/queries/acl.hpp"
#include "frontends/api/acl/acl_calls.hpp"
#include "frontends/api/acl/acl_input.hpp"
#include "frontends/api/routes.hpp"
#include "protocol/acl/built_in.hpp"
#include "protocol/acl/content_hash.hpp"
#include "storage/state/command.hpp"

#include <array>

namespace praetor::api::acl_role_endpoints {

namespace {

void list(const call& c) {
  auto policy = c.req.query.get("policy");
  if (auto no = policy.empty() ? std::nullopt : fault_in_id(c, policy, "role", id_index::token))
    return respond(c, std::move(*no));
  answer_query(c, {}, queries::role_list{std::move(policy)});
}

std::optional<answer> bad_id(const call& c) { return fault_in_id(c, c.rest, "role"); }

rendered_answer one_role(const showing& to, const queries::role_read& q, const queries::found<queries::role_read>& f) {
  return f.value ? as_json(to, q, f) : missing(404, "Requested role does not exist: ACL not found");
}

void read_by_name(const call& c) { answer_query(c, {}, queries::role_read{{}, std::string(c.rest)}, one_role); }
void read(const call& c) { answer_query(c, {}, queries::role_read{std::string(c.rest), {}}, one_role); }

expected<void> check(const call& c, acl_role& r) {
  if (r.name.empty()) return fail("Invalid Role: no Name is set");
  if (!acl::is_role_name(r.name))
    return fail("Invalid Role: invalid Name. Only alphanumeric characters, '-' and '_' are allowed");
  auto store = c.env.state();
  auto taken = state::find_role_by_name(*store, r.name, nullptr).value != nullptr;
  if (r.id.empty()) {
    r.id = c.env.outside().new_uuid();
    if (taken) return fail("Invalid Role: A Role with Name " + praetor::quoted(r.name) + " already exists");
    return normalize(r, *store);
  }
  if (!is_uuid(r.id)) return fail("Role ID invalid UUID");
  auto stored = state::find_role(*store, r.id, nullptr).value;
  if (!stored) return fail("cannot find role " + r.id);
  if (stored->name != r.name && taken)
    return fail("Invalid Role: A role with name " + praetor::quoted(r.name) + " already exists");
  return normalize(r, *store);
}

expected<acl_role> given_role(const call& c) {
  auto r = read_acl<acl_role>(c.req.body, "Role decoding failed: ");
  if (!r) return r;
  if (!r->id.empty() && r->id != c.rest) return fail("Role ID in URL and payload do not match", 400);
  r->id = c.rest;
  return r;
}

void write(const call& c) {
  auto& r = body_of<acl_role>(c);
  if (auto good = check(c, r); !good) return respond(c, error_answer(good.error()));
  for (const auto& link : r.policies)
    if (auto fault = fault_in_uuid_key(link.id))
      return respond_error(c, "Failed to apply role upsert request: failed acl policy lookup: index error: " + *fault);
  r.hash = acl::content_hash(r);
  acl_role_set_request request;
  auto id = r.id;
  request.roles = {std::make_shared<const acl_role>(std::move(r))};
  apply_acl(c, encode_command(command_type::acl_role_set, request),
            "Failed to apply role upsert request: ", [id](const call& c) {
              answer_written(
                  c, [&](const state::store& s) { return state::find_role(s, id, nullptr).value; }, "role");
            });
}

void remove(const call& c) {
  auto found = state::find_role(*c.env.state(), c.rest, nullptr).value;
  if (!found) return respond_error(c, "Cannot find role to delete", 404);
  acl_role_delete_request r{{found->id}};
  apply_acl(c, encode_command(command_type::acl_role_delete, r),
            "Failed to apply role delete request: ", [](const call& c) { respond(c, json_answer(c, true)); });
}

constexpr required_rest id_given{"Missing role ID"};

constexpr std::array rows{
    route{.method = "GET",
          .path = "/v1/acl/roles",
          .endpoint = list,
          .summary = "Lists the roles",
          .checks = {feature::acls, blocking_read, rejects_tenancy, may_read_acls},
          .parameters = {{.name = "policy", .meaning = "only roles with the policy of this id"}}},
    route{
        .method = "PUT",
        .path = "/v1/acl/role",
        .endpoint = write,
        .summary = "Makes a role",
        .checks = {feature::acls, rejects_tenancy, reads_body<given_role>, may_write_acls, datacenter_policy::primary},
        .body = json_body<acl_role>(),
        .own_datacenter = true},
    route{.method = "GET",
          .path = "/v1/acl/role/",
          .rest = "id",
          .endpoint = read,
          .summary = "A role",
          .checks = {feature::acls, id_given, blocking_read, rejects_tenancy, may_read_acls, bad_id}},
    route{
        .method = "PUT",
        .path = "/v1/acl/role/",
        .rest = "id",
        .endpoint = write,
        .summary = "Changes a role",
        .checks = {feature::acls, rejects_tenancy, reads_body<given_role>, may_write_acls, datacenter_policy::primary},
        .body = json_body<acl_role>(),
        .own_datacenter = true},
    route{.method = "DELETE",
          .path = "/v1/acl/role/",
          .rest = "id",
          .endpoint = remove,
          .summary = "Deletes a role",
          .checks = {feature::acls, id_given, rejects_tenancy, may_write_acls, datacenter_policy::primary, bad_id},
          .own_datacenter = true},
    route{.method = "GET",
          .path = "/v1/acl/role/name/",
          .rest = "name",
          .endpoint = read_by_name,
          .summary = "The role of a name",
          .checks = {feature::acls, required_rest{"Missing role Name"}, blocking_read, rejects_tenancy, may_read_acls}},
};

constexpr auto routes = all_answered_by(answerer::leader, rows);

} // namespace

std::span<const route> family() { return routes; }

} // namespace praetor::api::acl_role_endpoints
