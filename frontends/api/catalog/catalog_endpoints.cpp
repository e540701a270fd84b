#include "actors/queries/catalog.hpp"
#include "frontends/api/catalog/catalog_input.hpp"
#include "frontends/api/permissions.hpp"
#include "frontends/api/reads.hpp"
#include "frontends/api/routes.hpp"
#include "frontends/api/strict_input.hpp"
#include "protocol/types/check_kinds.hpp"
#include "protocol/types/names.hpp"
#include "protocol/types/uuid_faults.hpp"
#include "storage/state/command.hpp"
#include "storage/state/queries_catalog.hpp"

#include <algorithm>
#include <array>

namespace praetor::api::catalog_endpoints {

namespace {

constexpr read_style catalog_style{.shows_consistency = true};
/// The style of lists that client agents cache.
constexpr read_style cacheable_style{.shows_consistency = true, .cacheable = true};

/// Consul reports a malformed consistency mode, and appends the list nevertheless.
void datacenters(const call& c) {
  auto list = json_answer(c, std::array{c.env.config()->datacenter});
  auto fault = fault_in_consistency(c);
  respond(c, fault ? text_answer(400, *fault + *list.body) : std::move(list));
}

void nodes(const call& c) {
  auto where = filter_of<node>(c.req);
  if (!where) return respond_read_error(c, where.error());
  answer_query(c, catalog_style, queries::list_nodes{{node_meta_of(c.req), near_of(c), std::move(*where)}});
}

void services(const call& c) {
  auto where = filter_of<service_node>(c.req);
  if (!where) return respond_read_error(c, where.error());
  answer_query(c, cacheable_style, queries::list_services{node_meta_of(c.req), std::move(*where)});
}

void instances_of(const call& c, bool connect) {
  auto where = filter_of<service_node>(c.req);
  if (!where) return respond_read_error(c, where.error());
  queries::service_nodes q;
  q.service = c.rest;
  q.tags = c.req.query.all("tag");
  q.node_meta = node_meta_of(c.req);
  q.connect = connect;
  q.near = near_of(c);
  q.where = std::move(*where);
  answer_query(c, cacheable_style, std::move(q));
}

void service(const call& c) { instances_of(c, false); }
/// A caller who may not read the service gets an empty list, without the header that reports filtering.
void connect(const call& c) {
  if (c.who->allowed(acl::resource::service, acl::access::read, c.rest)) return instances_of(c, true);
  auto nothing = json_answer(c, std::vector<service_node>());
  nothing.meta = meta_of(*read_options_of(c), {.shows_consistency = catalog_style.shows_consistency});
  respond(c, std::move(nothing));
}

struct node_services_map {
  node_ptr node;
  std::map<std::string, node_service_ptr> services;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Node"}, x.node);
    f(field{"Services"}, x.services);
  }
};

struct node_services_list {
  node_ptr node;
  std::optional<std::vector<node_service_ptr>> services;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Node"}, x.node);
    f(field{"Services"}, x.services);
  }
};

using node_found = queries::found<queries::node_services>;

rendered_answer services_by_id(const showing& to, const queries::node_services&, const node_found& f) {
  std::optional<node_services_map> shown;
  if (f.value.node) {
    shown.emplace().node = f.value.node;
    if (f.value.services)
      for (const auto& one : *f.value.services) shown->services.emplace(one->id, one);
  }
  rendered_answer out;
  out.body = to_json(to.how, shown);
  return out;
}

rendered_answer services_in_list(const showing& to, const queries::node_services&, const node_found& f) {
  rendered_answer out;
  out.body = to_json(to.how, node_services_list{f.value.node, f.value.services});
  return out;
}

void answer_node(const call& c, std::string_view form, renderer<queries::node_services> render) {
  auto where = filter_of<node_service>(c.req);
  if (!where) return respond_read_error(c, where.error());
  auto style = catalog_style;
  style.form = form;
  answer_query(c, style, queries::node_services{std::string(c.rest), std::move(*where)}, render);
}

void node_with_services(const call& c) { answer_node(c, "map", services_by_id); }
void node_service_list(const call& c) { answer_node(c, "list", services_in_list); }

/// Whether a registration names a peer. Imported records come only over the stream of a peering.
bool names_peer(const register_request& r) {
  auto imported = [](const health_check_ptr& check) { return check && !check->peer_name.empty(); };
  return !r.peer_name.empty() || (r.service && !r.service->peer_name.empty()) || imported(r.check) ||
         std::any_of(r.checks.begin(), r.checks.end(), imported);
}

/// A check completed from its registration, or the error.
expected<health_check_ptr> completed(const health_check& given, const register_request& r) {
  auto check = given;
  if (check.check_id.empty()) check.check_id = check.name;
  if (check.check_id.empty())
    return fail("failed inserting check on node " + praetor::quoted(r.node) +
                ": failed health check lookup: index error: object is missing a value for this index");
  if (check.node.empty()) check.node = r.node;
  if (!equal_fold(check.node, r.node))
    return fail("Node '" + check.node + "' for check '" + check.check_id + "' doesn't match register request node '" +
                r.node + "'");
  if (check.status.empty()) check.status = health_critical;
  if (check.type.empty()) check.type = shown_check_kind(check.definition);
  return std::make_shared<const health_check>(std::move(check));
}

/// Fills in what clients omit, and validates the rest.
expected<void> complete(register_request& r) {
  if (auto fault = fault_in_names(r)) return fail(std::move(*fault), 400);
  if (r.node.empty()) return fail("Must provide node");
  if (r.address.empty() && !r.skip_node_update) return fail("Must provide address if SkipNodeUpdate is not set");
  if (auto fault = r.id.empty() ? std::nullopt : fault_in_uuid(r.id)) return fail("Bad node ID: " + *fault);
  if (r.service) {
    auto s = *r.service;
    if (auto whole = complete_service(s); !whole) return whole;
    if (auto valid = valid_for_kind(s); !valid) return valid;
    r.service = std::make_shared<const node_service>(std::move(s));
  }
  if (r.check) {
    r.checks.push_back(r.check);
    r.check = nullptr;
  }
  for (auto& check : r.checks) {
    if (!check) return fail("Must provide check");
    auto whole = completed(*check, r);
    if (!whole) return tl::unexpected(whole.error());
    check = *whole;
  }
  return {};
}

/// A check of a service requires that service, in the catalog or in the same request, with exactly the same name.
expected<void> services_of_checks(const register_request& r, const state::store& s) {
  for (const auto& check : r.checks) {
    const auto& id = check->service_id;
    if (id.empty() || (r.service && r.service->id == id)) continue;
    if (auto stored = state::find_service(s, r.node, id, nullptr).value; stored && stored->id == id) continue;
    return fail("Unknown service ID '" + id + "' for check ID '" + check->check_id + "'");
  }
  return {};
}

void answer_true(const call& c, const state::apply_result&) { respond(c, json_answer(c, true)); }

expected<register_request> given_registration(const call& c) {
  auto r = read_namespaced<register_request>(c.req.body);
  if (r && names_peer(*r)) return fail("cannot register requests with PeerName in them");
  return with_datacenter(c, std::move(r));
}

void register_(const call& c) {
  auto& r = body_of<register_request>(c);
  if (auto whole = complete(r); !whole) return respond(c, error_answer(whole.error()));
  if (auto known = services_of_checks(r, *c.env.state()); !known) return respond(c, error_answer(known.error()));
  if (auto no = refused_write(c, r)) return respond_refusal(c, std::move(*no), 500);
  propose(c, encode_command(command_type::register_node, r), answer_true);
}

expected<deregister_request> given_deregistration(const call& c) {
  auto r = with_datacenter(c, read_namespaced<deregister_request>(c.req.body));
  if (r && r->node.empty()) return fail("Must provide node");
  return r;
}

void deregister(const call& c) {
  auto& r = body_of<deregister_request>(c);
  if (auto no = refused_write(c, r)) return respond_refusal(c, std::move(*no), 500);
  propose(c, encode_command(command_type::deregister, r), answer_true);
}

constexpr route_check shows_nodes = shows_only(acl::resource::node);
constexpr route_check shows_services = shows_only(acl::resource::service);
constexpr required_rest service_given{"Missing service name"};
constexpr row_list<route_check, 8> node_checks{blocking_read,
                                               required_rest{"Missing node name"},
                                               datacenter_policy::asked,
                                               &bad_filter_of<node_service>,
                                               shows_nodes,
                                               shows_services};

constexpr std::array rows{
    route{.method = "PUT",
          .path = "/v1/catalog/register",
          .endpoint = register_,
          .summary = "Registers a node, a service or checks",
          .checks = {reads_body<given_registration>,
                     endpoint_needs(acl::resource::node, acl::access::write, name_source::body),
                     endpoint_needs(acl::resource::service, acl::access::write, name_source::body)},
          .body = json_body<register_request>(),
          .own_datacenter = true},
    route{.method = "PUT",
          .path = "/v1/catalog/deregister",
          .endpoint = deregister,
          .summary = "Removes a node, a service or a check",
          .checks = {reads_body<given_deregistration>,
                     endpoint_needs(acl::resource::node, acl::access::write, name_source::body),
                     endpoint_needs(acl::resource::service, acl::access::write, name_source::record)},
          .body = json_body<deregister_request>(),
          .own_datacenter = true},
    route{.method = "GET",
          .path = "/v1/catalog/datacenters",
          .endpoint = datacenters,
          .summary = "Lists the datacenters",
          .cache_policy = caching::while_fresh,
          .public_route = true,
          .own_datacenter = true},
    route{.method = "GET",
          .path = "/v1/catalog/nodes",
          .endpoint = nodes,
          .summary = "Lists the nodes",
          .checks = {blocking_read, datacenter_policy::asked, &bad_filter_of<node>, shows_nodes},
          .parameters = {near_parameter, node_meta_parameter, filter_parameter}},
    route{.method = "GET",
          .path = "/v1/catalog/services",
          .endpoint = services,
          .summary = "Lists the services with their tags",
          .checks = {blocking_read, shows_services},
          .parameters = {node_meta_parameter, filter_parameter},
          .cache_policy = caching::refreshed},
    route{.method = "GET",
          .path = "/v1/catalog/service/",
          .rest = "service",
          .endpoint = service,
          .summary = "Lists the instances of a service",
          .checks = {blocking_read, service_given, shows_nodes, shows_services},
          .parameters = {tag_parameter, near_parameter, node_meta_parameter, filter_parameter},
          .cache_policy = caching::refreshed},
    route{.method = "GET",
          .path = "/v1/catalog/connect/",
          .rest = "service",
          .endpoint = connect,
          .summary = "Lists what accepts mesh traffic for a service",
          .checks = {blocking_read, service_given,
                     endpoint_needs(acl::resource::service, acl::access::read, name_source::path), shows_nodes,
                     shows_services},
          .parameters = {tag_parameter, near_parameter, node_meta_parameter, filter_parameter},
          .cache_policy = caching::refreshed},
    route{.method = "GET",
          .path = "/v1/catalog/node/",
          .rest = "node",
          .endpoint = node_with_services,
          .summary = "A node with its services by id",
          .checks = node_checks,
          .parameters = {filter_parameter}},
    route{.method = "GET",
          .path = "/v1/catalog/node-services/",
          .rest = "node",
          .endpoint = node_service_list,
          .summary = "A node with the list of its services",
          .checks = node_checks,
          .parameters = {filter_parameter}},
};

constexpr auto routes = all_answered_by(answerer::leader, rows);

} // namespace

std::span<const route> family() { return routes; }

} // namespace praetor::api::catalog_endpoints
