#include "frontends/api/permissions.hpp"
#include "frontends/api/reads.hpp"
#include "frontends/api/routes.hpp"
#include "storage/state/queries_health.hpp"

#include <algorithm>
#include <array>

namespace praetor::api::health_endpoints {

namespace {

constexpr read_style checks_style{.shows_consistency = true};
constexpr read_style entries_style{.shows_consistency = true, .streaming = true, .cacheable = true};

using checks_query =
    std::function<state::result<std::vector<health_check_ptr>>(const state::store&, state::watch_set*)>;

/// Answers with the checks that a query finds, less what the filter and the token take away.
void answer_checks(const call& c, std::optional<near_order> near, checks_query query) {
  auto filter = filter_of<health_check>(c.req);
  if (!filter) return respond_read_error(c, filter.error());
  auto style = checks_style;
  style.cheap = near && near->wanted();
  answer_read(
      c, style,
      [query = std::move(query), filter = *filter, near = std::move(near), who = c.who,
       how = layout_of(c)](const state::store& s, state::watch_set* watch) {
        auto found = query(s, watch);
        std::erase_if(found.value, [&](const health_check_ptr& check) { return filter && !filter->matches(*check); });
        auto removed =
            std::erase_if(found.value, [&](const health_check_ptr& check) { return !may_read(*who, *check); });
        if (near)
          near->apply(s, found.value, [](const health_check_ptr& check) -> std::string_view { return check->node; });
        auto out = outcome(how, found.index, found.value);
        out.answer.filtered = removed > 0;
        return out;
      });
}

void node(const call& c) {
  answer_checks(c, {}, [name = std::string(c.rest)](const state::store& s, state::watch_set* watch) {
    return state::node_checks(s, name, watch);
  });
}

void checks(const call& c) {
  answer_checks(
      c, near_order(c),
      [name = std::string(c.rest), meta = node_meta_of(c.req)](const state::store& s, state::watch_set* watch) {
        return state::service_checks(s, name, meta, watch);
      });
}

void in_state(const call& c) {
  answer_checks(
      c, near_order(c),
      [status = std::string(c.rest), meta = node_meta_of(c.req)](const state::store& s, state::watch_set* watch) {
        return state::checks_in_state(s, status, meta, watch);
      });
}

bool all_passing(const service_entry& e) {
  return std::all_of(e.checks.begin(), e.checks.end(),
                     [](const health_check_ptr& check) { return check->status == health_passing; });
}

bool names_group(const call& c) { return !c.req.query.get("sg").empty() || !c.req.query.get("sameness-group").empty(); }

std::optional<answer> peer_and_group(const call& c) {
  if (!names_group(c) || c.req.query.get("peer").empty()) return {};
  return text_answer(400, "peer-name and sameness-group are mutually exclusive");
}

/// Whether only instances are wanted whose checks all pass; nothing if the parameter is no boolean.
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
  bool passing = *only_passing(c);
  auto filter = filter_of<service_entry>(c.req);
  if (!filter) return respond(c, error_answer(filter.error()));
  state::service_query q;
  q.peer = c.req.query.get("peer");
  q.name = c.rest;
  q.tags = c.req.query.all("tag");
  q.node_meta = node_meta_of(c.req);
  q.connect = connect;
  acl::permission wanted{acl::resource::service, acl::access::read, q.name};
  if (connect && !c.who->allowed(wanted)) return respond_error(c, "Permission denied", 403);
  auto style = entries_style;
  style.streaming = streams_entries(c);
  near_order near(c);
  style.cheap = near.wanted();
  answer_read(c, style,
              [q, passing, filter = *filter, near, who = c.who, how = layout_of(c)](const state::store& s,
                                                                                    state::watch_set* watch) {
                auto found = state::service_entries(s, q, watch);
                std::erase_if(found.value, [&](const service_entry& e) {
                  return (filter && !filter->matches(e)) || (passing && !all_passing(e));
                });
                auto removed = std::erase_if(found.value, [&](const service_entry& e) { return !may_read(*who, e); });
                near.apply(s, found.value, [](const service_entry& e) -> std::string_view { return e.node->name; });
                auto out = outcome(how, found.index, found.value);
                out.answer.filtered = removed > 0;
                return out;
              });
}

void service(const call& c) { entries(c, false); }
void connect(const call& c) { entries(c, true); }

constexpr route_check shows_nodes = shows_only(acl::resource::node);
constexpr route_check shows_services = shows_only(acl::resource::service);
// Consul decides about it after the other parameters.
constexpr route_check connect_read = endpoint_needs(acl::resource::service, acl::access::read, name_source::path);
constexpr required_rest service_given{"Missing service name"};
constexpr parameter passing{"passing", parameter::type_t::flag, "only instances whose checks all pass"};
constexpr parameter peer{.name = "peer", .meaning = "only instances that this peer exports"};

constexpr std::array rows{
    route{.method = "GET",
          .path = "/v1/health/node/",
          .rest = "node",
          .endpoint = node,
          .summary = "The checks of a node",
          .checks = {blocking_read, required_rest{"Missing node name"}, shows_nodes, shows_services},
          .parameters = {filter_parameter}},
    route{.method = "GET",
          .path = "/v1/health/checks/",
          .rest = "service",
          .endpoint = checks,
          .summary = "The checks of a service's instances",
          .checks = {blocking_read, service_given, shows_nodes, shows_services},
          .parameters = {near_parameter, node_meta_parameter, filter_parameter}},
    route{.method = "GET",
          .path = "/v1/health/state/",
          .rest = "state",
          .endpoint = in_state,
          .summary = "The checks in a state",
          .checks = {blocking_read, required_rest{"Missing check state"}, shows_nodes, shows_services},
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
