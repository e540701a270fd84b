#include "actors/queries/health.hpp"
#include "frontends/api/reads.hpp"
#include "frontends/api/routes.hpp"

#include <array>

namespace praetor::api::health_endpoints {

namespace {

constexpr read_style checks_style{.shows_consistency = true};
constexpr read_style entries_style{.shows_consistency = true, .streaming = true, .cacheable = true};

/// Compiles the filter of a query for checks, and answers it.
template <class Query>
void answer_checks(const call& c, Query q) {
  auto where = filter_of<health_check>(c.req);
  if (!where) return respond_read_error(c, where.error());
  q.where = std::move(*where);
  answer_query(c, checks_style, std::move(q));
}

void node(const call& c) {
  queries::node_checks q;
  q.node = c.rest;
  answer_checks(c, std::move(q));
}

void checks(const call& c) {
  queries::service_checks q;
  q.service = c.rest;
  q.node_meta = node_meta_of(c.req);
  q.near = near_of(c);
  answer_checks(c, std::move(q));
}

void in_state(const call& c) {
  queries::checks_in_state q;
  q.status = c.rest;
  q.node_meta = node_meta_of(c.req);
  q.near = near_of(c);
  answer_checks(c, std::move(q));
}

bool names_group(const call& c) { return !c.req.query.get("sg").empty() || !c.req.query.get("sameness-group").empty(); }

std::optional<answer> peer_and_group(const call& c) {
  if (!names_group(c) || c.req.query.get("peer").empty()) return {};
  return text_answer(400, "peer-name and sameness-group are mutually exclusive");
}

/// Whether only instances with passing checks are requested; nothing if the parameter is no boolean.
std::optional<bool> only_passing(const call& c) {
  auto* text = c.req.query.find("passing");
  if (!text) return false;
  return text->empty() ? true : parse_bool(*text);
}

std::optional<answer> bad_passing(const call& c) {
  if (only_passing(c)) return {};
  return text_answer(400, "Invalid value for ?passing");
}

void entries(const call& c, bool connect) {
  if (names_group(c)) return respond_error(c, "sameness groups are not supported in consul CE");
  acl::permission wanted{acl::resource::service, acl::access::read, std::string(c.rest)};
  if (connect && !c.who->allowed(wanted)) return respond_error(c, "Permission denied", 403);
  auto where = filter_of<service_entry>(c.req);
  if (!where) return respond(c, error_answer(where.error()));
  queries::service_health q;
  q.where = std::move(*where);
  q.service = c.rest;
  q.peer = c.req.query.get("peer");
  q.passing = *only_passing(c);
  q.tags = c.req.query.all("tag");
  q.node_meta = node_meta_of(c.req);
  q.connect = connect;
  q.near = near_of(c);
  auto style = entries_style;
  style.streaming = streams_entries(c);
  answer_query(c, style, std::move(q));
}

void service(const call& c) { entries(c, false); }
void connect(const call& c) { entries(c, true); }

constexpr route_check shows_nodes = shows_only(acl::resource::node);
constexpr route_check shows_services = shows_only(acl::resource::service);
// Consul checks it after the other parameters.
constexpr route_check connect_read = endpoint_needs(acl::resource::service, acl::access::read, name_source::path);
constexpr required_rest service_given{"Missing service name"};
constexpr route_check good_filter = &bad_filter_of<health_check>;
constexpr parameter passing{"passing", parameter::type_t::flag, "only instances whose checks all pass"};
constexpr parameter peer{.name = "peer", .meaning = "only instances that this peer exports"};

constexpr std::array rows{
    route{.method = "GET",
          .path = "/v1/health/node/",
          .rest = "node",
          .endpoint = node,
          .summary = "The checks of a node",
          .checks = {blocking_read, required_rest{"Missing node name"}, datacenter_policy::asked, good_filter,
                     shows_nodes, shows_services},
          .parameters = {filter_parameter}},
    route{.method = "GET",
          .path = "/v1/health/checks/",
          .rest = "service",
          .endpoint = checks,
          .summary = "The checks of a service's instances",
          .checks = {blocking_read, service_given, datacenter_policy::asked, good_filter, shows_nodes, shows_services},
          .parameters = {near_parameter, node_meta_parameter, filter_parameter}},
    route{.method = "GET",
          .path = "/v1/health/state/",
          .rest = "state",
          .endpoint = in_state,
          .summary = "The checks in a state",
          .checks = {blocking_read, required_rest{"Missing check state"}, datacenter_policy::asked, good_filter,
                     shows_nodes, shows_services},
          .parameters = {near_parameter, node_meta_parameter, filter_parameter}},
    route{.method = "GET",
          .path = "/v1/health/service/",
          .rest = "service",
          .endpoint = service,
          .summary = "The instances of a service with their checks",
          .checks = {blocking_read_bare, peer_and_group, service_given, bad_passing, shows_nodes, shows_services},
          .parameters = {passing, tag_parameter, near_parameter, node_meta_parameter, peer, filter_parameter},
          .cache_policy = caching::refreshed},
    route{.method = "GET",
          .path = "/v1/health/connect/",
          .rest = "service",
          .endpoint = connect,
          .summary = "What accepts mesh traffic for a service, with checks",
          .checks = {blocking_read_bare, peer_and_group, service_given, bad_passing, connect_read, shows_nodes,
                     shows_services},
          .parameters = {passing, tag_parameter, near_parameter, node_meta_parameter, peer, filter_parameter},
          .cache_policy = caching::refreshed},
};

constexpr auto routes = all_answered_by(answerer::leader, rows);

} // namespace

std::span<const route> family() { return routes; }

} // namespace praetor::api::health_endpoints
