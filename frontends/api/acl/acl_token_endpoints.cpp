#include "actors/ports.hpp"
#include "actors/queries/acl.hpp"
#include "frontends/api/acl/acl_calls.hpp"
#include "frontends/api/acl/acl_input.hpp"
#include "frontends/api/routes.hpp"
#include "protocol/acl/content_hash.hpp"
#include "protocol/types/secrets.hpp"
#include "storage/state/command.hpp"
#include "storage/state/queries_acl.hpp"

#include <array>

namespace praetor::api::acl_token_endpoints {

namespace {

constexpr std::string_view nothing_there = "token does not exist: ACL not found";
/// Answers about tokens are not cached, because tokens also expire.
constexpr read_style token_style{.cheap = true};
constexpr unsigned forbidden = 403;

/// A token with everything that it grants.
struct expanded_token {
  acl_token token;
  std::vector<acl_policy_ptr> policies;
  std::vector<acl_role_ptr> roles;
  string_list default_policies, default_roles; ///< of its namespace: always empty
  std::string default_policy, down_policy, resolved_by;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    acl_token::fields(f, x.token);
    f(field{"ExpandedPolicies", null_if_empty}, x.policies);
    f(field{"ExpandedRoles", null_if_empty}, x.roles);
    f(field{"NamespaceDefaultPolicyIDs", null_if_empty}, x.default_policies);
    f(field{"NamespaceDefaultRoleIDs", null_if_empty}, x.default_roles);
    f(field{"AgentACLDefaultPolicy"}, x.default_policy);
    f(field{"AgentACLDownPolicy"}, x.down_policy);
    f(field{"ResolvedByAgent"}, x.resolved_by);
  }
};

/// A missing token is a failed read, not an empty result.
rendered_answer no_token(std::string text) {
  auto out = missing(forbidden, std::move(text));
  out.head = read_head::of_error;
  return out;
}

/// The answer for a token that does not exist or has expired; nothing if it is valid.
std::optional<rendered_answer> unless_alive(const showing& to, const acl_token_ptr& token) {
  if (!token) return no_token(std::string(nothing_there));
  if (token->expired(to.env.outside().wall_clock())) return no_token("token has expired: ACL not found");
  return {};
}

rendered_answer one_token(const showing& to, const queries::token_read& q,
                          const queries::found<queries::token_read>& f) {
  const auto& [token, policies, roles] = f.value;
  if (auto gone = unless_alive(to, token)) return std::move(*gone);
  rendered_answer out;
  if (!q.expanded) {
    out.body = to_json(to.how, token);
    return out;
  }
  auto config = to.env.config();
  out.body = to_json(
      to.how,
      expanded_token{
          *token, policies, roles, {}, {}, config->acl.default_policy, config->acl.down_policy, config->node_name});
  return out;
}

rendered_answer own_token(const showing& to, const queries::token_self& q,
                          const queries::found<queries::token_self>& f) {
  if (auto gone = unless_alive(to, f.value)) return std::move(*gone);
  return as_json(to, q, f);
}

rendered_answer living_tokens(const showing& to, const queries::token_list&,
                              const queries::found<queries::token_list>& f) {
  auto living = f.value;
  std::erase_if(living, [now = to.env.outside().wall_clock()](const acl_token_ptr& t) { return t->expired(now); });
  rendered_answer out;
  out.body = to_json(to.how, living);
  return out;
}

std::optional<answer> bad_id(const call& c) { return fault_in_id(c, c.rest, "token", id_index::token); }

void read(const call& c) {
  answer_query(c, token_style, queries::token_read{std::string(c.rest), c.req.query.has("expanded")}, one_token);
}

/// The holder of a secret may read its token.
void self(const call& c) { answer_query(c, token_style, queries::token_self{c.token}, own_token); }

std::optional<answer> names_namespace(const call& c) {
  if (c.req.query.get("authmethod-ns").empty()) return {};
  return text_answer(400, "Invalid query parameter: \"authmethod-ns\" - Namespaces are a Consul Enterprise feature");
}

void list(const call& c) {
  queries::token_list q;
  q.policy = c.req.query.get("policy");
  q.role = c.req.query.get("role");
  q.auth_method = c.req.query.get("authmethod");
  q.service_name = c.req.query.get("servicename");
  if (auto sound = q.check(); !sound) return respond(c, refusal(c, sound.error()));
  for (const auto& id : {q.policy, q.role})
    if (auto no = id.empty() ? std::nullopt : fault_in_id(c, id, "token", id_index::token))
      return respond(c, std::move(*no));
  answer_query(c, token_style, std::move(q), living_tokens);
}

/// Writes a complete token, and answers with it.
void write(const call& c, acl_token t) {
  t.hash = acl::content_hash(t);
  acl_token_set_request r;
  auto accessor = t.accessor_id;
  r.tokens = {std::make_shared<const acl_token>(std::move(t))};
  apply_acl(c, encode_command(command_type::acl_token_set, r),
            "Failed to apply token write request: ", [accessor](const call& c) {
              answer_written(
                  c, [&](const state::store& s) { return state::find_token(s, accessor, nullptr).value; }, "token");
            });
}

void write_new(const call& c, acl_token t) {
  const auto& outside = c.env.outside();
  if (auto whole = complete_new(t, *c.env.state(), outside.new_uuid, outside.wall_clock()); !whole)
    return respond(c, error_answer(whole.error()));
  write(c, std::move(t));
}

constexpr std::string_view clone_suffix = "/clone";

expected<acl_token> new_token(const call& c) { return read_acl<acl_token>(c.req.body, "Token decoding failed: "); }

expected<acl_token> changed_token(const call& c) {
  auto t = new_token(c);
  if (!t || c.rest.ends_with(clone_suffix)) return t;
  if (t->accessor_id.empty()) t->accessor_id = c.rest;
  if (t->accessor_id != c.rest) return fail("Token Accessor ID in URL and payload do not match", 400);
  return t;
}

void create(const call& c) { write_new(c, std::move(body_of<acl_token>(c))); }

void change(const call& c) {
  auto& t = body_of<acl_token>(c);
  if (t.accessor_id.empty()) return write_new(c, std::move(t));
  if (auto whole = complete_changed(t, *c.env.state(), c.env.outside().wall_clock()); !whole)
    return respond(c, error_answer(whole.error()));
  write(c, std::move(t));
}

void clone(const call& c, std::string_view accessor) {
  if (auto no = fault_in_id(c, accessor, "token", id_index::token)) return respond(c, std::move(*no));
  auto found = state::find_token(*c.env.state(), accessor, nullptr).value;
  if (!found) return respond_error(c, std::string(nothing_there), forbidden);
  if (found->expired(c.env.outside().wall_clock()))
    return respond_error(c, "token is expired: ACL not found", forbidden);
  if (!found->auth_method.empty()) return respond_error(c, "Cannot clone a token created from an auth method");
  auto t = *found;
  t.accessor_id.clear();
  t.secret_id.clear();
  if (const auto& given = body_of<acl_token>(c).description; !given.empty()) t.description = given;
  write_new(c, std::move(t));
}

void remove(const call& c) {
  if (!is_uuid(c.rest)) return respond_error(c, "Accessor ID is missing or an invalid UUID");
  if (c.rest == acl::anonymous_accessor)
    return respond_error(c, "Delete operation not permitted on the anonymous token");
  auto found = state::find_token(*c.env.state(), c.rest, nullptr).value;
  if (!found) return respond_error(c, "Cannot find token to delete", 404);
  if (same_secret(found->secret_id, c.token))
    return respond_error(c, "Deletion of the request's authorization token is not permitted");
  acl_token_delete_request r{{std::string(c.rest)}};
  apply_acl(c, encode_command(command_type::acl_token_delete, r),
            "Failed to apply token delete request: ", [](const call& c) { respond(c, json_answer(c, true)); });
}

void update(const call& c) {
  if (c.rest.ends_with(clone_suffix)) return clone(c, c.rest.substr(0, c.rest.size() - clone_suffix.size()));
  change(c);
}

constexpr required_rest id_given{"Missing token AccessorID"};

constexpr std::array rows{
    route{.method = "GET",
          .path = "/v1/acl/tokens",
          .endpoint = list,
          .summary = "Lists the tokens",
          .checks = {feature::acls, blocking_read, rejects_tenancy, names_namespace, may_read_acls},
          .parameters = {{.name = "policy", .meaning = "only tokens with the policy of this id"},
                         {.name = "role", .meaning = "only tokens with the role of this id"},
                         {.name = "authmethod", .meaning = "only tokens of this auth method"},
                         {.name = "servicename", .meaning = "only tokens with an identity of this service"}}},
    route{.method = "PUT",
          .path = "/v1/acl/token",
          .endpoint = create,
          .summary = "Makes a token",
          .checks = {feature::acls, rejects_tenancy, reads_body<new_token>, may_write_acls, datacenter_policy::primary},
          .body = json_body<acl_token>(),
          .own_datacenter = true},
    route{.method = "GET",
          .path = "/v1/acl/token/self",
          .endpoint = self,
          .summary = "The token of the request",
          .checks = {feature::acls, blocking_read},
          .public_route = true},
    route{.method = "GET",
          .path = "/v1/acl/token/",
          .rest = "accessor",
          .endpoint = read,
          .summary = "A token",
          .checks = {feature::acls, id_given, blocking_read, rejects_tenancy, may_read_acls, bad_id},
          .parameters = {{"expanded", parameter::type_t::flag, "with the policies and roles that it grants"}}},
    route{.method = "PUT",
          .path = "/v1/acl/token/",
          .rest = "accessor",
          .endpoint = update,
          .summary = "Changes a token; copies it if the path ends with /clone",
          .checks = {feature::acls, rejects_tenancy, reads_body<changed_token>, may_write_acls,
                     datacenter_policy::primary},
          .body = json_body<acl_token>(),
          .own_datacenter = true},
    route{.method = "DELETE",
          .path = "/v1/acl/token/",
          .rest = "accessor",
          .endpoint = remove,
          .summary = "Deletes a token",
          .checks = {feature::acls, id_given, rejects_tenancy, may_write_acls, datacenter_policy::primary},
          .own_datacenter = true},
};

constexpr auto routes = all_answered_by(answerer::leader, rows);

} // namespace

std::span<const route> family() { return routes; }

} // namespace praetor::api::acl_token_endpoints
