#include "frontends/endpoints/cached_reads.hpp"
#include "frontends/endpoints/common_lines.hpp"
#include "frontends/endpoints/forwarded_rules.hpp"
#include "frontends/endpoints/forwarding.hpp"
#include "frontends/endpoints/reads.hpp"
#include "frontends/endpoints/redirect.hpp"
#include "frontends/endpoints/request_log.hpp"
#include "frontends/endpoints/routes.hpp"
#include "frontends/endpoints/tenancy.hpp"
#include "protocol/base/ip_address.hpp"
#include "protocol/mutation.hpp"

namespace praetor::endpoints {

namespace {

bool has_method(std::string_view methods, std::string_view method) {
  for (std::size_t start = 0; start <= methods.size();) {
    auto end = std::min(methods.find(',', start), methods.size());
    if (methods.substr(start, end - start) == method) return true;
    start = end + 1;
  }
  return false;
}

bool may_write_from(const config::http_settings& settings, const std::string& ip) {
  if (settings.allow_write_http_from.empty() || ip.empty()) return true;
  return is_within(ip, settings.allow_write_http_from);
}

answer unknown_path(std::string_view path) {
  if (path.find("/v1/") != path.npos) return text_answer(404, "Invalid URL path: not a recognized HTTP API endpoint\n");
  return text_answer(404, "Invalid URL path: if attempting to use the HTTP API, ensure the path starts with '/v1/'\n");
}

acl::permission needed(const route_permission& rule, const call& c) {
  acl::permission p{rule.what, rule.how, {}};
  if (rule.name == route_permission::subject::rest) p.name = c.rest;
  if (rule.name == route_permission::subject::own_node) p.name = c.env.config()->node_name;
  return p;
}

std::optional<answer> denial(const call& c, const route& r) {
  if (!r.needs || c.who->allowed(needed(*r.needs, c))) return {};
  return text_answer(403, c.who->denial(needed(*r.needs, c)));
}

/// A body of more bytes than this is decoded on a thread that no connection waits for.
constexpr std::size_t large_body = 64 << 10;

/// What is wrong with the request before its endpoint is asked, if anything. A request that another agent has handed on
/// is judged like a client's own: nothing says that the agent has done so.
std::optional<answer> objection(const call& c, const route& r, const config::runtime_config& config) {
  const auto& req = c.req;
  if (req.via && req.via->hops == 0) return {}; // of this agent itself
  if (auto no = refused_by_route(r, req, config)) return no;
  if (!req.query_ok) return empty_answer(500);
  for (const auto& blocked : config.http.block_endpoints)
    if (std::string_view(req.path).starts_with(blocked))
      return text_answer(403, "Endpoint is blocked by agent configuration");
  bool asks_for_methods = req.method == "OPTIONS";
  if (asks_for_methods || !has_method(r.methods, req.method)) {
    auto a = asks_for_methods ? empty_answer() : text_answer(405, "method " + req.method + " not allowed");
    a.headers.emplace_back("Allow", "OPTIONS," + std::string(r.methods));
    return a;
  }
  if (req.method != "GET" && req.method != "HEAD" && !may_write_from(config.http, req.remote_address))
    return text_answer(403, "Access is restricted");
  for (auto [header, name] :
       {std::pair{"x-consul-namespace", "X-Consul-Namespace"}, {"x-consul-partition", "X-Consul-Partition"}})
    if (auto* value = req.header(header); value && !value->empty())
      return text_answer(400,
                         "Invalid header: \"" + std::string(name) + "\" - " +
                             (std::string_view(name).ends_with("Namespace") ? "Namespaces are" : "Partitions are") +
                             " a Consul Enterprise feature");
  if (auto refused = refused_tenancy(r.path, req)) return text_answer(400, std::move(*refused));
  return {};
}

/// Whether the state has the records that the first leader writes: the anonymous token is the last of them.
bool has_first_records(const state::store& s, state::watch_set* watch) {
  return state::token_with_accessor(s.tables().acl, acl::anonymous_accessor, watch) != nullptr;
}

/// Waits for them: the hash is "yes" or "no".
class first_records_query final : public watched_query {
public:
  explicit first_records_query(environment& env) : env_(env) {}
  const std::string& key() const override { return key_; }

  evaluation_ptr evaluate(state::watch_set& touched) const override {
    auto store = env_.state();
    touched.add(store->abandon_cell());
    auto out = std::make_shared<evaluation>();
    out->hash = has_first_records(*store, &touched) ? "yes" : "no";
    out->history = store->history();
    return out;
  }

private:
  environment& env_;
  std::string key_ = "first-acl-records";
};

/// Whether a token may be unknown only because a new cluster's first leader has not written its records yet.
bool is_too_early(const call& c) {
  auto config = c.env.config();
  return config->server && config->primary_datacenter == config->datacenter &&
         !has_first_records(*c.env.state(), nullptr);
}

/// Looks again when the first records are there, or when that has taken too long.
void wait_for_first_records(const call& c, std::function<void(const call&, const resolution&)> next) {
  auto query = std::make_shared<first_records_query>(c.env);
  state::watch_set touched;
  auto wait = std::make_shared<watch_request>();
  wait->query = query;
  wait->by_hash = true;
  wait->known_hash = "no";
  wait->history = query->evaluate(touched)->history;
  wait->deadline = c.env.now() + c.env.config()->rpc_hold_timeout;
  wait->done = [c, next = std::move(next)](const evaluation_ptr&) { next(c, *c.env.holder_at_hand(c.token)); };
  caf::anon_send(c.env.handles()->watches, watch_atom_v, local<std::shared_ptr<watch_request>>{std::move(wait)});
}

/// Goes on with a call when it is known who asks.
template <class Next>
void let_in(call c, const resolution& holder, const Next& next, bool patient = true) {
  if (!holder && patient && holder.error().code == error_code::unauthenticated && is_too_early(c))
    return wait_for_first_records(c,
                                  [next](const call& c, const resolution& holder) { let_in(c, holder, next, false); });
  if (!holder) return respond(c, error_answer(holder.error()));
  c.who = *holder;
  if (auto no = denial(c, *c.way)) return respond(c, std::move(*no));
  next(c);
}

/// The token that the request is made with.
std::string full_token(const environment& env, const request& req) {
  auto token = token_of(req);
  bool own = !req.via || mutated("handed_on_request_trusted");
  return token.empty() && own ? env.view().tokens.get()->of(token_use::request) : token;
}

} // namespace

void look_who_asks(const call& c, std::function<void(const call&)> next) {
  if (c.way->open) return next(c);
  if (auto holder = c.env.holder_at_hand(c.token)) return let_in(c, *holder, next);
  c.env.find_holder(c.token, [c, next = std::move(next)](const resolution& holder) { let_in(c, holder, next); });
}

void answer_here(const call& c) {
  if (c.way->open) return enter(c);
  if (auto holder = c.env.holder_at_hand(c.token)) return let_in(c, *holder, enter);
  look_who_asks(c, enter);
}

bool asks_as_before(const call& c) {
  if (!c.env.config()->acl.enabled || c.way->open) return true;
  auto holder = c.env.holder_at_hand(c.token);
  return holder && *holder && (**holder)->id() == c.who->id();
}

std::vector<const route*> all_routes() {
  std::vector<const route*> out;
  for (auto family :
       {acl_routes(),         acl_policy_routes(), acl_role_routes(),      acl_template_routes(), acl_token_routes(),
        agent_token_routes(), agent_routes(),      agent_service_routes(), agent_check_routes(),  autopilot_routes(),
        catalog_routes(),     connect_routes(),    coordinate_routes(),    debug_routes(),        gossip_routes(),
        health_routes(),      kv_routes(),         metrics_routes(),       operator_routes(),     session_routes(),
        snapshot_routes(),    status_routes(),     txn_routes(),           unbuilt_routes()})
    for (const auto& r : family) out.push_back(&r);
  return out;
}

dispatcher::dispatcher(environment& env) : env_(env) {
  for (const auto* r : all_routes()) routes_.try_emplace(r->path, r);
  // A subtree's own name, without the last slash, leads to it unless it is a path of its own.
  for (const auto* r : all_routes())
    if (r->path.ends_with('/')) routes_.try_emplace(r->path.substr(0, r->path.size() - 1), r);
}

std::pair<const dispatcher::timed_route*, std::string_view> dispatcher::look_up(std::string_view path) const {
  if (auto it = routes_.find(path); it != routes_.end()) return {&it->second, path.substr(path.size())};
  for (auto end = path.rfind('/'); end != path.npos && end > 0; end = path.rfind('/', end - 1))
    if (auto it = routes_.find(path.substr(0, end + 1)); it != routes_.end())
      return {&it->second, path.substr(end + 1)};
  return {nullptr, {}};
}

std::pair<const route*, std::string_view> dispatcher::find(std::string_view path) const {
  auto [found, rest] = look_up(path);
  return {found ? found->r : nullptr, rest};
}

std::optional<answer> dispatcher::answer_without_route(const request& req, const timed_route* found) const {
  if (found && found->r->path.size() <= req.path.size()) return {};
  if (found) {
    auto location = std::string(found->r->path);
    if (!req.raw_query.empty()) location += "?" + req.raw_query;
    return redirect_answer(req.method, location);
  }
  if (req.path == "/")
    return text_answer(200, "Consul Agent: UI disabled. To enable, set ui_config.enabled=true in the agent "
                            "configuration and restart.");
  auto unknown = unknown_path(req.path);
  log_request(env_, req, unknown, env_.now());
  return unknown;
}

call dispatcher::call_of(const exchange_ptr& ex, const request& req, const timed_route& found, std::string_view rest,
                         const config_ptr& config) const {
  call c{env_,
         ex,
         req,
         rest,
         config->acl.enabled ? acl::allow_nothing() : acl::allow_all(),
         req.via ? nullptr : common_lines(config),
         req.via ? nullptr : found.timings.of(env_.telemetry(), found.r->path, req.method),
         env_.now(),
         found.r};
  if (config->acl.enabled) c.token = full_token(env_, req);
  return c;
}

void dispatcher::handle(exchange_ptr ex) const {
  const auto& req = ex->get_request();
  if (req.body.size() <= large_body) return handle_now(ex);
  auto* way = find(req.path).first;
  bool is_decoded = way && way->body != body_size::kv_value && way->body != body_size::archive;
  if (!is_decoded) return handle_now(ex);
  if (!env_.aside(req.remote_address, [this, ex] { handle_now(ex); })) ex->respond(too_much_waits());
}

void dispatcher::handle_now(const exchange_ptr& ex) const {
  const auto& req = ex->get_request();
  auto config = env_.config();
  auto [found, rest] = look_up(req.path);
  if (auto other = answer_without_route(req, found)) return ex->respond(std::move(*other));
  auto c = call_of(ex, req, *found, rest, config);
  if (auto no = objection(c, *found->r, *config)) return respond(c, std::move(*no));
  // A small body may have come with its head, and then was not judged before.
  if (!req.body.empty())
    if (auto rule = rule_of(found->r->body, *config); req.body.size() > rule.max_bytes)
      return respond(c, body_too_large(req, rule));
  if (answers_here(c, found->r->where)) return config->acl.enabled ? answer_here(c) : enter(c);
  if (takes_kept_answer(c, *found->r)) return answer_kept(c, *found->r);
  forward(c);
}

head_verdict dispatcher::judge(const request& head) const {
  head_verdict out;
  auto config = env_.config();
  auto [found, rest] = look_up(head.path);
  out.refusal = answer_without_route(head, found);
  if (out.refusal) return out;
  const auto& r = *found->r;
  auto c = call_of(nullptr, head, *found, rest, config);
  out.body = rule_of(r.body, *config);
  if (auto no = objection(c, r, *config)) {
    out.refusal = finished(c, std::move(*no));
    return out;
  }
  if (!config->acl.enabled || r.open) return placed(c, std::move(out));
  // Another agent answers, and its state may know a token that this one has not heard of yet. Only what takes much room
  // here has to be allowed here.
  if (!answers_here(c, r.where) && r.body != body_size::archive) return out;
  if (auto holder = env_.holder_at_hand(c.token)) return admitted(c, *holder, std::move(out));
  out.undecided = true;
  return out;
}

void dispatcher::judge_later(const request& head, std::function<void(head_verdict)> done) const {
  auto config = env_.config();
  auto kept = std::make_shared<const request>(head);
  auto [found, rest] = look_up(kept->path);
  head_verdict out;
  if (!found) { // `judge` has asked before
    out.refusal = unknown_path(head.path);
    return done(std::move(out));
  }
  auto c = call_of(nullptr, *kept, *found, rest, config);
  out.body = rule_of(found->r->body, *config);
  env_.find_holder(c.token, [this, kept, c, out = std::move(out), done = std::move(done)](const resolution& holder) {
    done(admitted(c, holder, out));
  });
}

head_verdict dispatcher::admitted(const call& asked, const resolution& holder, head_verdict out) const {
  auto c = asked;
  if (!holder) {
    // The token may become known while the first leader begins its work; the endpoint waits for that.
    bool early = holder.error().code == error_code::unauthenticated && is_too_early(c);
    if (!early || c.way->body == body_size::archive) out.refusal = finished(c, error_answer(holder.error()));
    return out;
  }
  c.who = *holder;
  if (auto no = denial(c, *c.way)) {
    out.refusal = finished(c, std::move(*no));
    return out;
  }
  return placed(c, std::move(out));
}

head_verdict dispatcher::placed(const call& c, head_verdict out) const {
  if (auto refused = c.way->refused_by_head)
    if (auto no = refused(c)) {
      out.refusal = finished(c, std::move(*no));
      return out;
    }
  bool has_body = !c.req.content_length || *c.req.content_length > 0;
  if (c.way->body != body_size::archive || !has_body) return out;
  // Nobody takes a body that has nowhere to go.
  if (!answers_here(c, c.way->where))
    if (auto no = handed_on_too_often(c)) {
      out.refusal = finished(c, std::move(*no));
      return out;
    }
  auto place = env_.make_scratch(c.req.remote_address);
  if (place)
    out.body = {largest_archive, {}, std::move(*place)};
  else
    out.refusal = finished(c, error_answer(place.error()));
  return out;
}

shared_bytes dispatcher::common_lines(const std::shared_ptr<const config::runtime_config>& config) const {
  auto known = common_.load();
  if (known && known->first == config) return {known, &known->second};
  auto made = std::make_shared<lines_of_config>(config, common_lines_of(*config));
  common_.store(made);
  return {made, &made->second};
}

} // namespace praetor::endpoints
