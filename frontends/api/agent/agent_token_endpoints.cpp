#include "actors/ports.hpp"
#include "frontends/api/routes.hpp"
#include "frontends/api/strict_input.hpp"

#include <array>

namespace praetor::api::agent_token_endpoints {

namespace {

struct token_input {
  static constexpr std::string_view type_name = "AgentToken", go_type = "api.AgentToken";
  std::string token;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Token"}, x.token);
  }
};

/// Sets one of the agent's own tokens.
void set(const call& c) {
  auto in = read_strictly<token_input>(c.req.body);
  if (!in) return respond(c, error_answer(in.error()));
  auto use = token_use_named(c.rest);
  if (!use) return respond_error(c, "Token " + praetor::quoted(c.rest) + " is unknown", 404);
  auto written = [c, use = *use](const error* failed) {
    if (failed) return respond_error(c, "Failed to persist tokens - " + failed->text);
    // Writes that were denied with the old token may now succeed.
    if (use == token_use::request || use == token_use::agent) caf::anon_send(c.env.handles()->sync, start_atom_v);
    // The token's use, not the token; a field named token would be redacted.
    c.env.outside().log_lines->write(log_level::info, "agent",
                                     "Updated agent's ACL token: token=" + std::string(c.rest));
    respond(c, empty_answer());
  };
  c.env.view().tokens.set(*use, std::move(in->token), std::move(written));
}

constexpr std::array rows{
    route{.method = "PUT",
          .path = "/v1/agent/token/",
          .rest = "use",
          .endpoint = set,
          .summary = "Sets a token that the agent uses by itself",
          .checks = {feature::acls, needs(acl::resource::agent, acl::access::write, name_source::own_node)},
          .body = json_body<token_input>()},
};

} // namespace

std::span<const route> family() { return rows; }

} // namespace praetor::api::agent_token_endpoints
