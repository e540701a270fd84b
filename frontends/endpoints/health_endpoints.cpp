#include "frontends/endpoints/permissions.hpp"
#include "frontends/endpoints/reads.hpp"
#include "frontends/endpoints/routes.hpp"
#include "storage/state/queries_health.hpp"

#include <algorithm>
#include <array>

namespace praetor::endpoints {

namespace {

constexpr read_style checks_style{.shows_consistency = true};
constexpr read_style entries_style{.shows_consistency = true, .streaming = true, .cacheable = true};

using checks_query =
    std::function<state::result<std::vector<health_check_ptr>>(const state::store&, state::watch_set*)>;

/// Answers with the checks that a query finds, less what the filter and the token take away.
void answer_checks(const call& c, const read_options& options, std::optional<near_order> near, checks_query query) {
  auto filter = filter_of<health_check>(c.req);
  if (!filter) return respond_read_error(c, filter.error());
  auto style = checks_style;
  style.cheap = near && near->wanted();
  answer_read(
      c, options, style,
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
  auto options = parse_read_options(c);
  if (!options) return respond_read_error(c, options.error());
  if (c.rest.empty()) return respond_error(c, "Missing node name", 400);
  answer_checks(c, *options, {}, [name = std::string(c.rest)](const state::store& s, state::watch_set* watch) {
    return state::node_checks(s, name, watch);
  });
}

void checks(const call& c) {
  auto options = parse_read_options(c);
  if (!options) return respond_read_error(c, options.error());
  if (c.rest.empty()) return respond_error(c, "Missing service name", 400);
  answer_checks(
      c, *options, near_order(c),
      [name = std::string(c.rest), meta = node_meta_of(c.req)](const state::store& s, state::watch_set* watch) {
        return state::service_checks(s, name, meta, watch);
      });
}

void in_state(const call& c) {
  auto options = parse_read_options(c);
  if (!options) return respond_read_error(c, options.error());
  if (c.rest.empty()) return respond_error(c, "Missing check state", 400);
  answer_checks(
      c, *options, near_order(c),
      [status = std::string(c.rest), meta = node_meta_of(c.req)](const state::store& s, state::watch_set* watch) {
        return state::checks_in_state(s, status, meta, watch);
      });
}

bool all_passing(const service_entry& e) {
  return std::all_of(e.checks.begin(), e.checks.end(),
                     [](const health_check_ptr& check) { return check->status == health_passing; });
}

void entries(const call& c, bool connect) {
  auto options = parse_read_options(c);
  if (!options) return respond(c, error_answer(options.error()));
  if (c.rest.empty()) return respond_error(c, "Missing service name", 400);
  bool group = !c.req.query.get("sg").empty() || !c.req.query.get("sameness-group").empty();
  if (group && !c.req.query.get("peer").empty())
    return respond_error(c, "peer-name and sameness-group are mutually exclusive", 400);
  if (group) return respond_error(c, "sameness groups are not supported in consul CE");
  bool passing = false;
  if (auto* text = c.req.query.find("passing")) {
    auto parsed = text->empty() ? std::optional(true) : parse_bool(*text);
    if (!parsed) return respond_error(c, "Invalid value for ?passing", 400);
    passing = *parsed;
  }
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
  answer_read(c, *options, style,
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

constexpr std::array rows{
    route{"/v1/health/node/", "GET", node, {}, "The checks of a node"},
    route{"/v1/health/checks/", "GET", checks, {}, "The checks of a service's instances"},
    route{"/v1/health/state/", "GET", in_state, {}, "The checks in a state"},
    route{"/v1/health/service/",
          "GET",
          service,
          {},
          "The instances of a service with their checks",
          place::leader,
          keeping::refreshed},
    route{"/v1/health/connect/",
          "GET",
          connect,
          {},
          "What accepts mesh traffic for a service, with checks",
          place::leader,
          keeping::refreshed},
};

constexpr auto routes = answered(place::leader, rows);

} // namespace

std::span<const route> health_routes() { return routes; }

} // namespace praetor::endpoints
