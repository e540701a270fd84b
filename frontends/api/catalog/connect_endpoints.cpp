#include "actors/queries/cluster.hpp"
#include "frontends/api/reads.hpp"
#include "frontends/api/routes.hpp"

#include <array>

namespace praetor::api::connect_endpoints {

namespace {

rendered_answer pem_chain(const showing&, const queries::connect_roots&,
                          const queries::found<queries::connect_roots>& f) {
  std::string text;
  for (const auto& root : f.value.roots) text += root->root_cert;
  rendered_answer out;
  out.content_type = "application/pem-certificate-chain";
  out.body = std::make_shared<const std::string>(std::move(text));
  return out;
}

/// Whether the certificates are requested as PEM; nothing if the parameter is no boolean.
std::optional<bool> wants_pem(const call& c) {
  auto text = c.req.query.get("pem");
  return text.empty() ? false : parse_bool(text);
}

std::optional<answer> bad_pem(const call& c) {
  if (wants_pem(c)) return {};
  return text_answer(400, "The 'pem' query parameter must be a boolean value");
}

void roots(const call& c) {
  if (*wants_pem(c)) return answer_query(c, {.form = "pem"}, queries::connect_roots{}, pem_chain);
  answer_query(c, {}, queries::connect_roots{});
}

/// The agent's own route reports a cache hit or miss, as if the request had ?cached.
void agent_roots(const call& c) {
  auto options = *read_options_of(c);
  options.cached = true;
  answer_query(c, options, {.cacheable = true}, queries::connect_roots{});
}

constexpr std::array rows{
    route{.method = "GET",
          .path = "/v1/connect/ca/roots",
          .endpoint = roots,
          .summary = "The root certificates of the mesh",
          .checks = {feature::mesh, blocking_read, bad_pem},
          .parameters = {{"pem", parameter::type_t::boolean, "as a PEM chain"}},
          .public_route = true},
    route{.method = "GET",
          .path = "/v1/agent/connect/ca/roots",
          .endpoint = agent_roots,
          .summary = "The root certificates, as the agent knows them",
          .checks = {feature::mesh, blocking_read},
          .public_route = true},
};

constexpr auto routes = all_answered_by(answerer::leader, rows);

} // namespace

std::span<const route> family() { return routes; }

} // namespace praetor::api::connect_endpoints
