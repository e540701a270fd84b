#include "actors/ports.hpp"
#include "frontends/api/acl/acl_calls.hpp"
#include "frontends/api/acl/acl_input.hpp"
#include "frontends/api/routes.hpp"
#include "frontends/api/strict_input.hpp"
#include "protocol/acl/built_in.hpp"
#include "protocol/acl/content_hash.hpp"
#include "protocol/types/uuid_faults.hpp"
#include "storage/state/command.hpp"
#include "storage/state/queries_acl.hpp"

#include <array>

namespace praetor::api::acl_endpoints {

namespace {

constexpr const char* reset_file = "acl-bootstrap-reset";
constexpr std::size_t most_authorizations = 64;

// ---- Bootstrap

struct bootstrap_input {
  static constexpr std::string_view type_name = "BootstrapRequest", go_type = "api.BootstrapRequest";
  std::string secret;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"BootstrapSecret"}, x.secret);
  }
};

struct bootstrap_answer {
  std::string id;
  acl_token token;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"ID"}, x.id);
    acl_token::fields(f, x.token);
  }
};

/// The index in the file with which an operator allows another bootstrap; 0: none.
std::uint64_t reset_index(const environment& env) {
  const auto& files = env.outside().gossip_files;
  auto content = files ? files->read(reset_file) : std::optional<std::string>{};
  if (!content || !*content) return 0;
  std::string_view text = **content;
  while (!text.empty() && (text.back() == '\n' || text.back() == '\r' || text.back() == ' ')) text.remove_suffix(1);
  return parse_uint(text).value_or(0);
}

/// Whether bootstrap is allowed. @returns the index of the previous bootstrap that is reset; 0: there was none
expected<std::uint64_t> allowed_bootstrap(const call& c) {
  auto last = state::bootstrap_index(*c.env.state(), nullptr);
  if (last == 0) return last;
  auto wanted = reset_index(c.env);
  if (wanted == 0)
    return fail("Permission denied: ACL bootstrap no longer allowed (reset index: " + std::to_string(last) + ")", 403);
  if (wanted != last)
    return fail("Invalid bootstrap reset index (specified " + std::to_string(wanted) +
                ", reset index: " + std::to_string(last) + ")");
  // The file is valid once, so that a state restored later does not allow another bootstrap.
  if (auto gone = c.env.outside().gossip_files->remove(reset_file); !gone)
    c.env.outside().log_lines->write(log_level::warn, "agent.server.acl", "failed to remove bootstrap file",
                                     {{"error", gone.error().text}});
  return last;
}

expected<bootstrap_input> given_secret(const call& c) {
  if (c.req.body.empty()) return bootstrap_input{};
  return read_strictly<bootstrap_input>(c.req.body, "Request decoding failed: ");
}

expected<std::string> first_secret(const call& c, std::string wanted) {
  if (wanted.empty()) return c.env.outside().new_uuid();
  if (auto fault = fault_in_uuid(wanted)) return fail(std::move(*fault));
  if (!is_free(*c.env.state(), wanted))
    return fail("Provided token cannot be used because a token with that secret already exists.");
  return wanted;
}

void bootstrap(const call& c) {
  auto reset = allowed_bootstrap(c);
  if (!reset) return respond(c, error_answer(reset.error()));
  auto secret = first_secret(c, std::move(body_of<bootstrap_input>(c).secret));
  if (!secret) return respond(c, error_answer(secret.error()));
  acl_bootstrap_request r;
  r.reset_index = *reset;
  auto& t = r.token;
  t.accessor_id = c.env.outside().new_uuid();
  t.secret_id = *secret;
  t.description = "Bootstrap Token (Global Management)";
  t.policies = {{std::string(acl::global_management_id), ""}};
  t.create_time = timestamp::from_unix(c.env.outside().wall_clock());
  t.hash = acl::content_hash(t);
  auto accessor = t.accessor_id;
  propose(c, encode_command(command_type::acl_bootstrap, r), [accessor](const call& c, const state::apply_result&) {
    auto made = state::find_token(*c.env.state(), accessor, nullptr).value;
    if (!made) return respond_error(c, "Failed to retrieve token after insertion");
    c.env.outside().log_lines->write(log_level::info, "agent.server.acl", "ACL bootstrap completed");
    respond(c, json_answer(c, bootstrap_answer{made->secret_id, *made}));
  });
}

// ---- Replication: this release does not replicate from other datacenters

struct replication_status {
  bool enabled = false, running = false;
  std::string source, type;
  std::uint64_t index = 0, role_index = 0, token_index = 0;
  timestamp last_success, last_error;
  std::string last_error_message;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Enabled"}, x.enabled);
    f(field{"Running"}, x.running);
    f(field{"SourceDatacenter"}, x.source);
    f(field{"ReplicationType"}, x.type);
    f(field{"ReplicatedIndex"}, x.index);
    f(field{"ReplicatedRoleIndex"}, x.role_index);
    f(field{"ReplicatedTokenIndex"}, x.token_index);
    f(field{"LastSuccess"}, x.last_success);
    f(field{"LastError"}, x.last_error);
    f(field{"LastErrorMessage"}, x.last_error_message);
  }
};

void replication(const call& c) { respond(c, json_answer(c, replication_status{})); }

// ---- The permissions of a token

struct authorization {
  static constexpr std::string_view type_name = "ACLAuthorizationRequest";
  std::string resource, segment, access;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Resource"}, x.resource);
    f(field{"Segment", omit_empty}, x.segment);
    f(field{"Access"}, x.access);
  }
};

struct authorization_answer {
  authorization asked;
  bool allow = false;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    authorization::fields(f, x.asked);
    f(field{"Allow"}, x.allow);
  }
};

expected<bool> decide(const acl::authorizer& who, const authorization& asked) {
  auto what = acl::resource_named(asked.resource);
  if (!what) return fail("Invalid ACL resource requested: " + praetor::quoted(asked.resource), 400);
  auto how = lower_case(asked.access);
  bool of_keys = *what == acl::resource::key;
  if (how == "read") return who.allowed(*what, acl::access::read, asked.segment);
  if (how == "write") return who.allowed(*what, acl::access::write, asked.segment);
  if (of_keys && how == "list") return who.allowed(*what, acl::access::list, asked.segment);
  if (of_keys && how == "write-prefix") return who.allowed_prefix(*what, acl::access::write, asked.segment);
  return fail("Invalid access level for " + asked.resource + " resource: " + asked.access, 400);
}

expected<std::vector<authorization>> given_authorizations(const call& c) {
  auto asked = read_strictly<std::vector<authorization>>(c.req.body, "Failed to decode request body: ");
  if (asked && asked->size() > most_authorizations)
    return fail("Refusing to process more than " + std::to_string(most_authorizations) + " authorizations at once",
                400);
  return asked;
}

void authorize_all(const call& c) {
  std::vector<authorization_answer> out;
  for (auto& one : body_of<std::vector<authorization>>(c)) {
    auto allow = decide(*c.who, one);
    if (!allow) return respond(c, error_answer(allow.error()));
    out.push_back({std::move(one), *allow});
  }
  respond(c, json_answer(c, out));
}

constexpr std::array rows{
    route{.method = "PUT",
          .path = "/v1/acl/bootstrap",
          .endpoint = bootstrap,
          .summary = "Makes the first management token",
          .checks = {feature::acls, reads_body<given_secret>, datacenter_policy::primary},
          .body = json_body<bootstrap_input>(),
          .answered_by = answerer::leader,
          .public_route = true,
          .own_datacenter = true},
    route{.method = "GET",
          .path = "/v1/acl/replication",
          .endpoint = replication,
          .summary = "The state of the replication from another datacenter",
          .checks = {feature::acls, reads_at_once},
          .answered_by = answerer::leader,
          .public_route = true},
    route{.method = "POST",
          .path = "/v1/internal/acl/authorize",
          .endpoint = authorize_all,
          .summary = "Whether the token has each of several permissions",
          .checks = {feature::acls, reads_body<given_authorizations>, datacenter_policy::asked},
          .body = json_body<std::vector<authorization>>()},
};

} // namespace

std::span<const route> family() { return rows; }

} // namespace praetor::api::acl_endpoints
