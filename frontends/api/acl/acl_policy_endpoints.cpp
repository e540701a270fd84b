#include "actors/ports.hpp"
#include "actors/queries/acl.hpp"
#include "frontends/api/acl/acl_calls.hpp"
#include "frontends/api/routes.hpp"
#include "protocol/acl/built_in.hpp"
#include "protocol/acl/content_hash.hpp"
#include "protocol/base/url.hpp"
#include "storage/state/command.hpp"

#include <array>

namespace praetor::api::acl_policy_endpoints {

namespace {

/// A policy without its rules.
struct policy_stub {
  std::string id, name, description;
  string_list datacenters;
  blob hash;
  std::uint64_t create_index = 0, modify_index = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"ID"}, x.id);
    f(field{"Name"}, x.name);
    f(field{"Description"}, x.description);
    f(field{"Datacenters", null_if_empty}, x.datacenters);
    f(field{"Hash"}, x.hash);
    f(field{"CreateIndex"}, x.create_index);
    f(field{"ModifyIndex"}, x.modify_index);
  }
};

rendered_answer stubs(const showing& to, const queries::policy_list&, const queries::found<queries::policy_list>& f) {
  std::vector<policy_stub> shown;
  for (const auto& p : f.value)
    shown.push_back({p->id, p->name, p->description, p->datacenters, p->hash, p->create_index, p->modify_index});
  rendered_answer out;
  out.body = to_json(to.how, shown);
  return out;
}

void list(const call& c) { answer_query(c, {}, queries::policy_list{}, stubs); }

std::optional<answer> bad_id(const call& c) { return fault_in_id(c, c.rest, "policy"); }

rendered_answer one_policy(const showing& to, const queries::policy_read& q,
                           const queries::found<queries::policy_read>& f) {
  return f.value ? as_json(to, q, f) : missing(404, "Requested policy does not exist: ACL not found");
}

/// Clients escape the name in the path twice, the second time like a query value, because it may contain slashes.
expected<std::string> asked_name(const call& c) {
  std::string name;
  if (percent_decode(c.rest, true, name)) return name;
  for (auto at = c.rest.find('%');; at = c.rest.find('%', at + 1))
    if (auto escape = c.rest.substr(at, 3); !percent_decode(escape, true, name))
      return fail("invalid URL escape " + praetor::quoted(escape));
}

std::optional<answer> bad_escape(const call& c) {
  auto name = asked_name(c);
  return name ? std::nullopt : std::optional(error_answer(name.error()));
}

void read_by_name(const call& c) { answer_query(c, {}, queries::policy_read{{}, *asked_name(c)}, one_policy); }
void read(const call& c) { answer_query(c, {}, queries::policy_read{std::string(c.rest), {}}, one_policy); }

/// Validates the change of an existing policy.
expected<void> check_change(const acl_policy& p, const state::store& s) {
  if (!is_uuid(p.id)) return fail("Policy ID invalid UUID");
  auto stored = state::find_policy(s, p.id, nullptr).value;
  if (!stored) return fail("cannot find policy " + p.id);
  if (stored->name != p.name && state::find_policy_by_name(s, p.name, nullptr).value)
    return fail("Invalid Policy: A policy with name " + praetor::quoted(p.name) + " already exists");
  const auto* built_in = acl::built_in_policy(p.id);
  if (built_in && !p.datacenters.empty())
    return fail("Changing the Datacenters of the " + built_in->name + " policy is not permitted");
  if (built_in && p.rules != stored->rules)
    return fail("Changing the Rules for the builtin " + built_in->name + " policy is not permitted");
  return {};
}

expected<void> check(const call& c, acl_policy& p) {
  if (p.name.empty()) return fail("Invalid Policy: no Name is set");
  // The names of built-in policies are reserved for them.
  const auto* built_in = acl::built_in_policy(p.id);
  if (!built_in || built_in->name != p.name)
    if (auto good = acl::check_policy_name(p.name); !good) return good;
  auto store = c.env.state();
  if (p.id.empty()) {
    p.id = c.env.outside().new_uuid();
    if (state::find_policy_by_name(*store, p.name, nullptr).value)
      return fail("Invalid Policy: A Policy with Name " + praetor::quoted(p.name) + " already exists");
  } else if (auto good = check_change(p, *store); !good) {
    return good;
  }
  if (auto rules = acl::parse_rules(p.rules); !rules) return tl::unexpected(rules.error());
  return {};
}

expected<acl_policy> new_policy(const call& c) {
  auto p = read_acl<acl_policy>(c.req.body, "Policy decoding failed: ");
  if (p && !p->id.empty()) return fail("Cannot specify the ID when creating a new policy", 400);
  return p;
}

expected<acl_policy> changed_policy(const call& c) {
  auto p = read_acl<acl_policy>(c.req.body, "Policy decoding failed: ");
  if (!p) return p;
  if (!p->id.empty() && p->id != c.rest) return fail("Policy ID in URL and payload do not match", 400);
  p->id = c.rest;
  return p;
}

void write(const call& c) {
  auto& p = body_of<acl_policy>(c);
  if (auto good = check(c, p); !good) return respond(c, error_answer(good.error()));
  p.hash = acl::content_hash(p);
  acl_policy_set_request r;
  auto id = p.id;
  r.policies = {std::make_shared<const acl_policy>(std::move(p))};
  apply_acl(c, encode_command(command_type::acl_policy_set, r),
            "Failed to apply policy upsert request: ", [id](const call& c) {
              answer_written(
                  c, [&](const state::store& s) { return state::find_policy(s, id, nullptr).value; }, "policy");
            });
}

void remove(const call& c) {
  auto found = state::find_policy(*c.env.state(), c.rest, nullptr).value;
  if (!found) return respond_error(c, "Cannot find policy to delete", 404);
  if (const auto* built_in = acl::built_in_policy(found->id))
    return respond_error(c, "Delete operation not permitted on the builtin " + built_in->name + " policy");
  acl_policy_delete_request r{{found->id}};
  apply_acl(c, encode_command(command_type::acl_policy_delete, r),
            "Failed to apply policy delete request: ", [](const call& c) { respond(c, json_answer(c, true)); });
}

constexpr required_rest id_given{"Missing policy ID"};

constexpr std::array rows{
    route{.method = "GET",
          .path = "/v1/acl/policies",
          .endpoint = list,
          .summary = "Lists the policies",
          .checks = {feature::acls, blocking_read, rejects_tenancy, may_read_acls}},
    route{
        .method = "PUT",
        .path = "/v1/acl/policy",
        .endpoint = write,
        .summary = "Makes a policy",
        .checks = {feature::acls, rejects_tenancy, reads_body<new_policy>, may_write_acls, datacenter_policy::primary},
        .body = json_body<acl_policy>(),
        .own_datacenter = true},
    route{.method = "GET",
          .path = "/v1/acl/policy/",
          .rest = "id",
          .endpoint = read,
          .summary = "A policy",
          .checks = {feature::acls, id_given, blocking_read, rejects_tenancy, may_read_acls, bad_id}},
    route{.method = "PUT",
          .path = "/v1/acl/policy/",
          .rest = "id",
          .endpoint = write,
          .summary = "Changes a policy",
          .checks = {feature::acls, rejects_tenancy, reads_body<changed_policy>, may_write_acls,
                     datacenter_policy::primary},
          .body = json_body<acl_policy>(),
          .own_datacenter = true},
    route{.method = "DELETE",
          .path = "/v1/acl/policy/",
          .rest = "id",
          .endpoint = remove,
          .summary = "Deletes a policy",
          .checks = {feature::acls, id_given, rejects_tenancy, may_write_acls, datacenter_policy::primary, bad_id},
          .own_datacenter = true},
    route{.method = "GET",
          .path = "/v1/acl/policy/name/",
          .rest = "name",
          .endpoint = read_by_name,
          .summary = "The policy of a name",
          .checks = {feature::acls, required_rest{"Missing policy Name"}, bad_escape, blocking_read, rejects_tenancy,
                     may_read_acls}},
};

constexpr auto routes = all_answered_by(answerer::leader, rows);

} // namespace

std::span<const route> family() { return routes; }

} // namespace praetor::api::acl_policy_endpoints
