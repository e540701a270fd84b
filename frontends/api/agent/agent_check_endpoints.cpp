#include "actors/registry/registry.hpp"
#include "actors/registry/registry_permissions.hpp"
#include "frontends/api/agent/agent_input.hpp"
#include "frontends/api/agent/agent_shapes.hpp"
#include "frontends/api/permissions.hpp"
#include "frontends/api/reads.hpp"
#include "frontends/api/routes.hpp"
#include "frontends/api/strict_input.hpp"

#include <algorithm>
#include <array>

namespace praetor::api::agent_check_endpoints {

namespace {

void list(const call& c) {
  auto local = c.env.view().registry.get();
  std::optional<filter::expression> filter;
  if (auto* text = c.req.query.find("filter"); text && !text->empty()) {
    // Consul checks the filter's fields only if there are rows. Its errors lack the headers of a read.
    auto parsed = filter::parse(*text);
    if (!parsed) return respond_error(c, std::string(filter::error_prefix) + parsed.error().text);
    if (!local->checks.empty()) {
      auto bound = filter::bind(*parsed, filter::type_info_of<health_check>());
      if (!bound) return respond_error(c, bound.error().text);
      filter = std::move(*bound);
    }
  }
  std::map<std::string, health_check_ptr> out;
  bool removed = false;
  local->checks.for_each([&](std::string_view id, const local_check_ptr& one) {
    if (filter && !filter->matches(*one->check)) return;
    if (may_read_own(*c.who, *one->check))
      out.emplace(id, one->check);
    else
      removed = true;
  });
  auto a = json_answer(c, out);
  a.meta.filtered = removed && !c.token.empty();
  respond(c, std::move(a));
}

expected<check_definition> given_check(const call& c) { return read_check_definition(c.req.body); }

void register_(const call& c) {
  auto r = check_registration_of(std::move(body_of<check_definition>(c)));
  if (!r) return respond(c, error_answer(r.error()));
  auto own = c.env.view().registry.get();
  if (!r->check.service_id.empty() && !own->service(r->check.service_id))
    return respond_error(c, "ServiceID " + praetor::quoted(r->check.service_id) + " does not exist", 404);
  if (auto no = refused_registration(*c.who, *own, c.env.config()->node_name, *r))
    return respond_refusal(c, std::move(*no), 404);
  if (r->token.empty()) r->token = token_of(c.req);
  caf::anon_send(c.env.handles()->registry, check_atom_v,
                 local<std::shared_ptr<check_registration>>{std::make_shared<check_registration>(std::move(*r))},
                 local<done_callback>{answer_done(c)});
}

/// Responds if the caller may not write the check, or if there is no such check. @returns whether it responded
bool not_writable(const call& c, const std::string& id) {
  auto no = refused_check_change(*c.who, *c.env.view().registry.get(), c.env.config()->node_name, id);
  if (!no) return false;
  respond_refusal(c, std::move(*no), 404);
  return true;
}

void deregister(const call& c) {
  std::string id(c.rest);
  if (not_writable(c, id)) return;
  caf::anon_send(c.env.handles()->registry, messages::remove_check{std::move(id), answer_done(c)});
}

void set_status(const call& c, std::string_view status, std::string output) {
  std::string id(c.rest);
  if (not_writable(c, id)) return;
  caf::anon_send(c.env.handles()->registry,
                 messages::update_ttl{std::move(id), std::string(status), std::move(output), answer_done(c)});
}

void pass(const call& c) { set_status(c, health_passing, c.req.query.get("note")); }
void warn(const call& c) { set_status(c, health_warning, c.req.query.get("note")); }
void fail_(const call& c) { set_status(c, health_critical, c.req.query.get("note")); }

struct status_update {
  static constexpr std::string_view type_name = "checkUpdate", go_type = "agent.checkUpdate";
  std::string status, output;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Status"}, x.status);
    f(field{"Output"}, x.output);
  }
};

expected<status_update> given_update(const call& c) {
  auto in = read_strictly<status_update>(c.req.body);
  if (in && !is_check_status(in->status)) return fail("Invalid check status: '" + in->status + "'", 400);
  return in;
}

void update(const call& c) {
  auto& in = body_of<status_update>(c);
  set_status(c, in.status, std::move(in.output));
}

// ---- agent/health: the aggregated status of services

/// The status of a set of checks, worst first.
class aggregate {
public:
  void add(const health_check& c) {
    if (c.check_id == node_maintenance_id || c.check_id.starts_with("_service_maintenance:"))
      rank_ = 3;
    else if (c.status == health_critical)
      rank_ = std::max(rank_, 2);
    else if (c.status == health_warning)
      rank_ = std::max(rank_, 1);
  }
  void add(int rank) { rank_ = std::max(rank_, rank); }
  int rank() const { return rank_; }
  std::string_view text() const {
    constexpr std::array<std::string_view, 4> words{health_passing, health_warning, health_critical,
                                                    health_maintenance};
    return words[static_cast<std::size_t>(rank_)];
  }
  unsigned status() const {
    constexpr std::array<unsigned, 4> codes{200, 429, 503, 503};
    return codes[static_cast<std::size_t>(rank_)];
  }

private:
  int rank_ = 0;
};

bool wants_text(const request& req) {
  if (req.query.get("format") == "text") return true;
  auto* accept = req.header("accept");
  return accept && accept->starts_with("text/plain");
}

health_answer health_of(const local_state& local, const local_service& s, const std::string& datacenter,
                        aggregate& sum) {
  health_answer out;
  out.service = to_agent_service(*s.service, datacenter);
  out.checks.emplace();
  auto visit = [&](const local_check_ptr& check) {
    sum.add(*check->check);
    out.checks->push_back(to_health_answer(*check->check));
  };
  local.for_checks_of(s.service->id, nullptr, visit);
  local.for_checks_of("", nullptr, visit);
  out.aggregated_status = sum.text();
  return out;
}

void respond_health(const call& c, std::string reason, unsigned status, answer a) {
  if (wants_text(c.req)) {
    a = {};
    a.content_type = "text/plain";
    a.body = std::make_shared<const std::string>(reason);
  }
  a.status = status;
  a.headers.emplace_back("X-Consul-Reason", std::move(reason));
  respond(c, std::move(a));
}

void health_by_id(const call& c) {
  auto local = c.env.view().registry.get();
  std::string id(c.rest);
  auto found = local->service(id);
  if (!found) {
    health_answer none;
    none.aggregated_status = health_critical;
    return respond_health(c, "ServiceId " + id + " not found", 404, json_answer(c, none));
  }
  acl::permission wanted{acl::resource::service, acl::access::read, found->service->name};
  if (!c.who->allowed(wanted)) return respond_error(c, c.who->denial(wanted), 403);
  aggregate sum;
  auto body = health_of(*local, *found, c.env.config()->datacenter, sum);
  respond_health(c, std::string(sum.text()), sum.status(), json_answer(c, body));
}

void health_by_name(const call& c) {
  auto local = c.env.view().registry.get();
  std::vector<health_answer> out;
  aggregate worst;
  local->services.for_each([&](std::string_view, const local_service_ptr& s) {
    if (s->service->name != c.rest) return;
    aggregate sum;
    out.push_back(health_of(*local, *s, c.env.config()->datacenter, sum));
    worst.add(sum.rank());
  });
  if (out.empty())
    return respond_health(c, "ServiceName " + std::string(c.rest) + " Not Found", 404, json_answer(c, out));
  respond_health(c, std::string(worst.text()), worst.status(), json_answer(c, out));
}

// A check of a service needs the permission on the service, any other check that on the node.
constexpr route_check check_write = endpoint_needs(acl::resource::service, acl::access::write, name_source::record);
constexpr route_check node_write = endpoint_needs(acl::resource::node, acl::access::write, name_source::own_node);
constexpr parameter note{.name = "note", .meaning = "the output of the check"};
constexpr parameter as_text{.name = "format", .meaning = "\"text\": the status alone"};

constexpr std::array rows{
    route{.method = "GET",
          .path = "/v1/agent/checks",
          .endpoint = list,
          .summary = "The agent's own checks",
          .checks = {shows_only(acl::resource::service), shows_only(acl::resource::node)},
          .parameters = {filter_parameter}},
    route{.method = "PUT",
          .path = "/v1/agent/check/register",
          .endpoint = register_,
          .summary = "Registers a check with this agent",
          .checks = {reads_body<given_check>,
                     endpoint_needs(acl::resource::service, acl::access::write, name_source::body), node_write},
          .body = json_body<check_definition>(),
          .answers = media::none},
    route{.method = "PUT",
          .path = "/v1/agent/check/deregister/",
          .rest = "id",
          .endpoint = deregister,
          .summary = "Removes a check from this agent",
          .checks = {check_write, node_write},
          .answers = media::none},
    route{.method = "PUT",
          .path = "/v1/agent/check/pass/",
          .rest = "id",
          .endpoint = pass,
          .summary = "Sets a TTL check passing",
          .checks = {check_write, node_write},
          .parameters = {note},
          .answers = media::none},
    route{.method = "PUT",
          .path = "/v1/agent/check/warn/",
          .rest = "id",
          .endpoint = warn,
          .summary = "Sets a TTL check to warning",
          .checks = {check_write, node_write},
          .parameters = {note},
          .answers = media::none},
    route{.method = "PUT",
          .path = "/v1/agent/check/fail/",
          .rest = "id",
          .endpoint = fail_,
          .summary = "Sets a TTL check critical",
          .checks = {check_write, node_write},
          .parameters = {note},
          .answers = media::none},
    route{.method = "PUT",
          .path = "/v1/agent/check/update/",
          .rest = "id",
          .endpoint = update,
          .summary = "Sets a TTL check's status and output",
          .checks = {reads_body<given_update>, rejects_tenancy, check_write, node_write},
          .body = json_body<status_update>(),
          .answers = media::none},
    route{.method = "GET",
          .path = "/v1/agent/health/service/id/",
          .rest = "id",
          .endpoint = health_by_id,
          .summary = "The health of one of the agent's services",
          .checks = {required_rest{"Missing serviceID", 500}, rejects_tenancy,
                     endpoint_needs(acl::resource::service, acl::access::read, name_source::record)},
          .parameters = {as_text}},
    route{.method = "GET",
          .path = "/v1/agent/health/service/name/",
          .rest = "service",
          .endpoint = health_by_name,
          .summary = "The health of the agent's instances of a service",
          .checks = {required_rest{"Missing service Name", 500}, rejects_tenancy,
                     needs(acl::resource::service, acl::access::read, name_source::path)},
          .parameters = {as_text}},
};

} // namespace

std::span<const route> family() { return rows; }

} // namespace praetor::api::agent_check_endpoints
