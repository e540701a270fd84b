#include "frontends/endpoints/acl_calls.hpp"
#include "frontends/endpoints/acl_input.hpp"
#include "frontends/endpoints/strict_input.hpp"
#include "protocol/acl/built_in.hpp"
#include "protocol/acl/content_hash.hpp"
#include "storage/state/command.hpp"

#include <array>

namespace praetor::endpoints {

namespace {

void list(const call& c) {
  if (may_not_read_acls(c)) return;
  auto options = parse_read_options(c);
  if (!options) return respond_read_error(c, options.error());
  answer_read(c, *options, {},
              [policy = c.req.query.get("policy"), how = layout_of(c)](const state::store& s, state::watch_set* watch) {
                auto found = state::list_roles(s, policy, watch);
                return outcome(how, found.index, found.value);
              });
}

void read_by_name(const call& c) { answer_named<acl_role>(c, state::find_role_by_name, "role"); }
void read(const call& c) { answer_identified<acl_role>(c, state::find_role, "role"); }

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

void write(const call& c) {
  if (may_not_write_acls(c) || kept_elsewhere(c)) return;
  auto r = read_strictly<acl_role>(c.req.body, "Role decoding failed: ");
  if (!r) return respond(c, error_answer(r.error()));
  bool mismatch = !r->id.empty() && r->id != c.rest;
  if (mismatch) return respond_error(c, "Role ID in URL and payload do not match", 400);
  r->id = c.rest;
  if (auto good = check(c, *r); !good) return respond(c, error_answer(good.error()));
  r->hash = acl::content_hash(*r);
  acl_role_set_request request;
  auto id = r->id;
  request.roles = {std::make_shared<const acl_role>(std::move(*r))};
  apply_acl(c, encode_command(command_type::acl_role_set, request),
            "Failed to apply role upsert request: ", [id](const call& c) {
              answer_written(
                  c, [&](const state::store& s) { return state::find_role(s, id, nullptr).value; }, "role");
            });
}

void remove(const call& c) {
  if (may_not_write_acls(c) || kept_elsewhere(c)) return;
  if (c.rest.empty()) return respond_error(c, "Missing role ID", 400);
  if (auto good = check_id(c.rest, "role"); !good) return respond_error(c, good.error().text);
  auto found = state::find_role(*c.env.state(), c.rest, nullptr).value;
  if (!found) return respond_error(c, "Cannot find role to delete", 404);
  acl_role_delete_request r{{found->id}};
  apply_acl(c, encode_command(command_type::acl_role_delete, r),
            "Failed to apply role delete request: ", [](const call& c) { respond(c, json_answer(c, true)); });
}

void one(const call& c) {
  if (c.is("GET")) return read(c);
  if (c.is("PUT")) return write(c);
  remove(c);
}

constexpr std::array rows{
    route{"/v1/acl/roles", "GET", list, {}, "Lists the roles"},
    refusing(refused_acl_write, {"/v1/acl/role", "PUT", write, {}, "Makes a role"}),
    refusing(refused_acl_write, {"/v1/acl/role/", "GET,PUT,DELETE", one, {}, "Reads, changes and deletes a role"}),
    route{"/v1/acl/role/name/", "GET", read_by_name, {}, "The role of a name"},
};

constexpr auto routes = answered(place::leader, rows);

} // namespace

std::span<const route> acl_role_routes() { return routes; }

} // namespace praetor::endpoints
