#include "frontends/api/reads.hpp"
#include "frontends/api/routes.hpp"
#include "storage/state/queries_cluster.hpp"

#include <array>

namespace praetor::api::connect_endpoints {

namespace {

/// The roots without what only servers may know.
ca_roots shown(ca_roots roots) {
  for (auto& root : roots.roots) {
    if (root->signing_key.empty() && root->signing_cert.empty()) continue;
    auto copy = std::make_shared<ca_root>(*root);
    copy->signing_key.clear();
    copy->signing_cert.clear();
    root = std::move(copy);
  }
  return roots;
}

query_outcome pem_chain(std::uint64_t index, const ca_roots& roots) {
  std::string text;
  for (const auto& root : roots.roots) text += root->root_cert;
  query_outcome out;
  out.index = index;
  out.answer.content_type = "application/pem-certificate-chain";
  out.answer.body = std::make_shared<const std::string>(std::move(text));
  return out;
}

void answer_roots(const call& c, const read_options& options, read_style style, bool pem) {
  answer_read(c, options, style, [pem, how = layout_of(c)](const state::store& s, state::watch_set* watch) {
    auto found = state::connect_roots(s, watch);
    auto roots = shown(std::move(found.value));
    return pem ? pem_chain(found.index, roots) : outcome(how, found.index, roots);
  });
}

/// Whether the certificates are wanted as PEM; nothing if the parameter is no boolean.
std::optional<bool> wants_pem(const call& c) {
  auto text = c.req.query.get("pem");
  return text.empty() ? false : parse_bool(text);
}

std::optional<answer> bad_pem(const call& c) {
  if (wants_pem(c)) return {};
  return text_answer(400, "The 'pem' query parameter must be a boolean value");
}

void roots(const call& c) { answer_roots(c, *read_options_of(c), {}, *wants_pem(c)); }

/// The agent's own route always goes by what it has at hand.
void agent_roots(const call& c) {
  auto options = *read_options_of(c);
  options.cached = true;
  read_style style;
  style.cacheable = true;
  answer_roots(c, options, style, false);
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
