#include "actors/registry/registry_permissions.hpp"
#include "frontends/api/agent/agent_input.hpp"
#include "frontends/api/agent/agent_shapes.hpp"
#include "frontends/api/permissions.hpp"
#include "frontends/api/reads.hpp"
#include "frontends/api/routes.hpp"
#include "protocol/types/joined_key.hpp"
#include "storage/state/queries_health.hpp"

#include <array>

namespace praetor::api::agent_service_endpoints {

namespace {

void list(const call& c) {
  auto filter = filter_of<agent_service>(c.req);
  if (!filter) return respond(c, error_answer(filter.error()));
  auto local = c.env.view().registry.get();
  auto datacenter = c.env.config()->datacenter;
  std::map<std::string, agent_service> out;
  bool removed = false;
  local->services.for_each([&](std::string_view id, const local_service_ptr& s) {
    auto shown = to_agent_service(*s->service, datacenter);
    if (!filter->matches(shown)) return;
    if (may_read(*c.who, *s->service))
      out.emplace(id, std::move(shown));
    else
      removed = true;
  });
  auto a = json_answer(c, out);
  a.meta.filtered = removed && !c.token.empty();
  respond(c, std::move(a));
}

/// One service of the registry, with its content hash.
class service_query final : public watched_query {
public:
  service_query(environment& env, std::string id, layout how)
      : env_(env), id_(std::move(id)), how_(how), key_(joined_key{"agent-service", id_, how.key()}.text()) {}
  const std::string& key() const override { return key_; }

  evaluation_ptr evaluate(state::watch_set& touched) const override {
    auto out = std::make_shared<evaluation>();
    auto answer = std::make_shared<rendered_answer>();
    auto found = env_.view().registry.get()->service(id_, &touched);
    if (found) {
      auto shown = to_agent_service(*found->service, env_.config()->datacenter);
      out->hash = shown.content_hash = content_hash(shown);
      answer->body = to_json(how_, shown);
    } else {
      answer->status = 404;
      answer->content_type = text_type;
      answer->body = std::make_shared<const std::string>("unknown service ID: " + id_);
    }
    out->rendered = std::move(answer);
    return out;
  }

private:
  environment& env_;
  std::string id_;
  layout how_;
  std::string key_;
};

void respond_rendered(const call& c, const evaluation& e) {
  const auto& rendered = *static_cast<const rendered_answer*>(e.rendered.get());
  answer a;
  a.status = rendered.status;
  a.content_type = rendered.content_type;
  a.meta.content_hash = e.hash;
  a.body = rendered.body;
  respond(c, std::move(a));
}

void one(const call& c) {
  auto options = *read_options_of(c);
  // Any caller may learn that a service does not exist.
  auto found = c.env.view().registry.get()->service(std::string(c.rest));
  acl::permission wanted{acl::resource::service, acl::access::read, found ? found->service->name : std::string()};
  if (found && !c.who->allowed(wanted)) return respond_error(c, c.who->denial(wanted), 403);
  auto query = std::make_shared<service_query>(c.env, std::string(c.rest), layout_of(c));
  state::watch_set touched;
  auto now = query->evaluate(touched);
  auto known = c.req.query.get("hash");
  if (known.empty() || known != now->hash) return respond_rendered(c, *now);
  auto wait = std::make_shared<watch_request>();
  wait->query = query;
  wait->by_hash = true;
  wait->known_hash = known;
  wait->history = now->history;
  wait->deadline = wait_deadline(c, options);
  if (!c.ex->begin_wait()) return respond(c, too_many_waits());
  wait->done = [c, query, wanted](const evaluation_ptr& e) {
    authenticate(c, [query, wanted, e](const call& c) {
      if (!c.who->allowed(wanted)) return respond_error(c, c.who->denial(wanted), 403);
      if (e) return respond_rendered(c, *e);
      // The registry does not depend on the leader: answer with its current content.
      state::watch_set ignored;
      respond_rendered(c, *query->evaluate(ignored));
    });
  };
  wait_for(c, std::move(wait));
}

/// How long the answer to a registration waits until the catalog has it, because clients read the catalog right
/// afterwards. Without a leader, or if the servers are slow, the answer comes before.
constexpr auto catalog_patience = std::chrono::milliseconds(250);

/// Whether the catalog has a service of this agent with all its checks: the hash is "yes" or "no".
class in_catalog_query final : public watched_query {
public:
  in_catalog_query(environment& env, std::string id)
      : env_(env), id_(std::move(id)), key_(joined_key{"in-catalog", id_}.text()) {}
  const std::string& key() const override { return key_; }

  evaluation_ptr evaluate(state::watch_set& touched) const override {
    auto store = env_.state();
    auto node = env_.config()->node_name;
    bool there = state::find_service(*store, node, id_, &touched).value != nullptr;
    env_.view().registry.get()->for_checks_of(id_, nullptr, [&](const local_check_ptr& check) {
      there = state::find_check(*store, node, check->check->check_id, &touched).value && there;
    });
    auto out = std::make_shared<evaluation>();
    out->hash = there ? "yes" : "no";
    out->history = store->history();
    return out;
  }

private:
  environment& env_;
  std::string id_;
  std::string key_;
};

void answer_when_in_catalog(const call& c, const std::string& id) {
  if (!c.env.view().leader.get()->is_leader) return respond(c, empty_answer());
  auto query = std::make_shared<in_catalog_query>(c.env, id);
  state::watch_set touched;
  auto now = query->evaluate(touched);
  if (now->hash == "yes") return respond(c, empty_answer());
  auto wait = std::make_shared<watch_request>();
  wait->query = query;
  wait->by_hash = true;
  wait->known_hash = "no";
  wait->history = now->history;
  wait->deadline = c.env.now() + catalog_patience;
  wait->done = [c](const evaluation_ptr&) { respond(c, empty_answer()); };
  wait_for(c, std::move(wait));
}

expected<service_definition> given_service(const call& c) { return read_service_definition(c.req.body); }

void register_(const call& c) {
  bool replace = false;
  if (auto* text = c.req.query.find("replace-existing-checks")) replace = text->empty() || *text == "true";
  auto r = service_registration_of(body_of<service_definition>(c));
  if (!r) return respond(c, error_answer(r.error()));
  if (auto no = refused_registration(*c.who, *c.env.view().registry.get(), c.env.config()->node_name, *r))
    return respond_refusal(c, std::move(*no), 404);
  r->replace_existing_checks = replace;
  if (r->token.empty()) r->token = token_of(c.req);
  auto id = r->service.id;
  auto kept = [c, id](const error* failed) {
    if (failed) return respond(c, error_answer(*failed));
    answer_when_in_catalog(c, id);
  };
  caf::anon_send(c.env.handles()->registry, service_atom_v,
                 local<std::shared_ptr<service_registration>>{std::make_shared<service_registration>(std::move(*r))},
                 local<done_callback>{std::move(kept)});
}

/// Responds if the caller may not write the service, or if there is no such service. @returns whether it responded
bool not_writable(const call& c, const std::string& id) {
  auto no = refused_service_change(*c.who, *c.env.view().registry.get(), id);
  if (!no) return false;
  respond_refusal(c, std::move(*no), 404);
  return true;
}

void deregister(const call& c) {
  std::string id(c.rest);
  if (not_writable(c, id)) return;
  caf::anon_send(c.env.handles()->registry, messages::remove_service{std::move(id), answer_done(c)});
}

void maintenance(const call& c) {
  std::string id(c.rest);
  if (not_writable(c, id)) return;
  caf::anon_send(c.env.handles()->registry, messages::set_maintenance{.service = std::move(id),
                                                                      .on = *read_maintenance(c.req),
                                                                      .reason = c.req.query.get("reason"),
                                                                      .token = token_of(c.req),
                                                                      .done = answer_done(c)});
}

constexpr route_check service_write = endpoint_needs(acl::resource::service, acl::access::write, name_source::record);

constexpr std::array rows{
    route{.method = "GET",
          .path = "/v1/agent/services",
          .endpoint = list,
          .summary = "The agent's own services",
          .checks = {shows_only(acl::resource::service)},
          .parameters = {filter_parameter}},
    route{.method = "GET",
          .path = "/v1/agent/service/",
          .rest = "id",
          .endpoint = one,
          .summary = "One of the agent's own services",
          .checks = {read_form{read_form::waiting::by_hash}, rejects_tenancy,
                     endpoint_needs(acl::resource::service, acl::access::read, name_source::record)}},
    route{.method = "PUT",
          .path = "/v1/agent/service/register",
          .endpoint = register_,
          .summary = "Registers a service with this agent",
          .checks = {reads_body<given_service>,
                     endpoint_needs(acl::resource::service, acl::access::write, name_source::body)},
          .parameters = {{"replace-existing-checks", parameter::type_t::flag,
                          "removes the service's checks that the body does not have"}},
          .body = json_body<service_definition>(),
          .answers = media::none},
    route{.method = "PUT",
          .path = "/v1/agent/service/deregister/",
          .rest = "id",
          .endpoint = deregister,
          .summary = "Removes a service from this agent",
          .checks = {service_write},
          .answers = media::none},
    route{.method = "PUT",
          .path = "/v1/agent/service/maintenance/",
          .rest = "id",
          .endpoint = maintenance,
          .summary = "Takes a service out of use, or back in",
          .checks = {required_rest{"Missing service ID"}, bad_maintenance, rejects_tenancy, service_write},
          .parameters = {{"enable", parameter::type_t::boolean, "required: whether the service is out of use"},
                         {.name = "reason", .meaning = "the text of the maintenance check"}},
          .answers = media::none},
};

} // namespace

std::span<const route> family() { return rows; }

} // namespace praetor::api::agent_service_endpoints
