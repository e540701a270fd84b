#include "frontends/api/dispatcher.hpp"

#include "frontends/api/cached_reads.hpp"
#include "frontends/api/common_lines.hpp"
#include "frontends/api/forwarded_rules.hpp"
#include "frontends/api/forwarding.hpp"
#include "frontends/api/reads.hpp"
#include "frontends/api/redirect.hpp"
#include "frontends/api/request_log.hpp"
#include "protocol/base/ip_address.hpp"
#include "protocol/mutation.hpp"

#include <algorithm>

namespace praetor::api {

namespace {

bool may_write_from(const config::http_settings& settings, const std::string& ip) {
  if (settings.allow_write_http_from.empty() || ip.empty()) return true;
  return is_within(ip, settings.allow_write_http_from);
}

answer unknown_path(std::string_view path) {
  if (path.find("/v1/") != path.npos) return text_answer(404, "Invalid URL path: not a recognized HTTP API endpoint\n");
  return text_answer(404, "Invalid URL path: if attempting to use the HTTP API, ensure the path starts with '/v1/'\n");
}

/// A longer body, in bytes, is decoded on the work lane.
constexpr std::size_t large_body = 64 << 10;

/// The refusal of a request that fails the checks common to all routes. Forwarded requests are checked like clients'
/// own, because the forwarding agent is not trusted to have done so.
std::optional<answer> objection(const call& c, const path_routes& found, const config::runtime_config& config) {
  const auto& req = c.req;
  bool known_method = found.find(req) != nullptr;
  if (known_method && req.via && req.via->hops == 0) return {}; // this agent's own request
  if (auto no = refused_by_route(*c.matched, req, config)) return no;
  if (!req.query_ok) return empty_answer(500);
  for (const auto& blocked : config.http.block_endpoints)
    if (std::string_view(req.path).starts_with(blocked))
      return text_answer(403, "Endpoint is blocked by agent configuration");
  if (!known_method) {
    auto a = req.method == "OPTIONS" ? empty_answer() : text_answer(405, "method " + req.method + " not allowed");
    a.headers.emplace_back("Allow", found.allow_header());
    return a;
  }
  if (req.method != "GET" && req.method != "HEAD" && !may_write_from(config.http, req.remote_address))
    return text_answer(403, "Access is restricted");
  return {};
}

/// Whether the state has the records that the first leader writes. The anonymous token is the last of them.
bool has_first_records(const state::store& s, state::watch_set* watch) {
  return state::token_with_accessor(s.tables().acl, acl::anonymous_accessor, watch) != nullptr;
}

/// Watches for these records: the hash is "yes" or "no".
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

/// Whether a token may be unknown because the first leader of a new cluster has not written its records yet.
bool token_may_be_unwritten(const call& c) {
  auto config = c.env.config();
  return config->server && keeps_access_records(*config) && !has_first_records(*c.env.state(), nullptr);
}

/// Resolves the token again once the first records exist, or after a timeout.
void wait_for_first_records(const call& c, std::function<void(const call&, const resolution&)> next) {
  auto query = std::make_shared<first_records_query>(c.env);
  state::watch_set touched;
  auto wait = std::make_shared<watch_request>();
  wait->query = query;
  wait->by_hash = true;
  wait->known_hash = "no";
  wait->history = query->evaluate(touched)->history;
  wait->deadline = c.env.now() + c.env.config()->rpc_hold_timeout;
  wait->done = [c, next = std::move(next)](const evaluation_ptr&) { next(c, *c.env.cached_identity(c.token)); };
  caf::anon_send(c.env.handles()->watches, watch_atom_v, local<watch_request_ptr>{std::move(wait)});
}

/// Continues a call whose token is resolved.
/// @param may_wait whether an unknown token may wait for the records of a new cluster's first leader
template <class Next>
void with_identity(call c, const resolution& identity, Next next, bool may_wait = true) {
  if (!identity && may_wait && identity.error().code == error_code::unauthenticated && token_may_be_unwritten(c))
    return wait_for_first_records(
        c, [next](const call& c, const resolution& identity) { with_identity(c, identity, next, false); });
  if (!identity) return respond(c, refusal(c, identity.error()));
  c.who = *identity;
  c.identified = true;
  next(std::move(c));
}

/// Resolves a call's token and continues.
template <class Next>
void identify(call c, Next next) {
  if (auto identity = c.env.cached_identity(c.token)) return with_identity(std::move(c), *identity, next);
  c.env.resolve_identity(c.token,
                         [c, next = std::move(next)](const resolution& identity) { with_identity(c, identity, next); });
}

/// Carries out the remaining checks and calls the endpoint, on the work lane if that may take long.
void proceed(call c) {
  auto checked = carry_out_checks(c, body_state::there);
  if (checked.refusal) return respond(c, std::move(*checked.refusal));
  if (checked.stop == check_outcome::stop_t::needs_identity) return identify(std::move(c), proceed);
  if (!takes_long(c.req)) return c.matched->endpoint(c);
  if (!c.env.run_on_work_lane(c.req.remote_address, [c] { c.matched->endpoint(c); })) respond(c, work_lane_full());
}

/// The effective token of a request.
std::string effective_token(const environment& env, const request& req) {
  auto token = token_of(req);
  bool own = !req.via || mutated(mutation::handed_on_request_trusted);
  return token.empty() && own ? env.view().tokens.get()->of(token_use::request) : token;
}

} // namespace

void authenticate(const call& c, std::function<void(const call&)> next) {
  if (c.matched->public_route) return next(c);
  identify(c, std::move(next));
}

void invoke(call c) {
  c.identified = c.matched->public_route || !c.env.config()->acl.enabled;
  c.passed = 0;
  proceed(std::move(c));
}

bool same_identity(const call& c) {
  if (!c.env.config()->acl.enabled || c.matched->public_route) return true;
  auto identity = c.env.cached_identity(c.token);
  return identity && *identity && (**identity)->id() == c.who->id();
}

void path_routes::add(const route* row) {
  bool new_method = std::none_of(rows_.begin(), rows_.end(), [&](auto* r) { return r->method == row->method; });
  if (new_method) allow_.append(",").append(row->method);
  rows_.push_back(row);
}

const route* path_routes::find(const request& req) const {
  for (const auto* row : rows_)
    if (row->method == req.method && (row->when.empty() || req.query.has(row->when))) return row;
  return nullptr;
}

dispatcher::dispatcher(environment& env) : env_(env) {
  std::unordered_map<std::string_view, path_routes*> made;
  for (const auto* row : all_routes()) {
    auto& of_path = made[row->path];
    if (!of_path) of_path = &paths_.emplace_back(row->path);
    of_path->add(row);
  }
  by_path_.insert(made.begin(), made.end());
  // The name of a subtree without its last slash redirects to it, unless that is a path of its own.
  for (const auto& one : paths_)
    if (one.path().ends_with('/')) by_path_.try_emplace(one.path().substr(0, one.path().size() - 1), &one);
}

std::pair<const path_routes*, std::string_view> dispatcher::look_up(std::string_view path) const {
  if (auto it = by_path_.find(path); it != by_path_.end()) return {it->second, path.substr(path.size())};
  for (auto end = path.rfind('/'); end != path.npos && end > 0; end = path.rfind('/', end - 1))
    if (auto it = by_path_.find(path.substr(0, end + 1)); it != by_path_.end())
      return {it->second, path.substr(end + 1)};
  return {nullptr, {}};
}

bool dispatcher::needs_slash(std::string_view path) const {
  const auto* found = look_up(path).first;
  return found && found->path().size() > path.size();
}

std::optional<answer> dispatcher::answer_without_route(const request& req, const path_routes* found) const {
  if (found && !needs_slash(req.path)) return {};
  if (found) {
    auto location = std::string(found->path());
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

call dispatcher::call_of(const exchange_ptr& ex, const request& req, const path_routes& found, std::string_view rest,
                         const config_ptr& config) const {
  const auto* row = found.find(req);
  call c{env_,
         ex,
         req,
         rest,
         config->acl.enabled ? acl::allow_nothing() : acl::allow_all(),
         req.via ? nullptr : common_lines(config),
         req.via ? nullptr : found.timings().of(env_.measured(), found.path(), req.method),
         env_.now(),
         row ? row : &found.first()};
  if (config->acl.enabled) c.token = effective_token(env_, req);
  c.identified = c.matched->public_route || !config->acl.enabled;
  if (c.matched->reads()) c.options = read_options_of(c);
  c.to = destination_of(c);
  c.hop = env_.next_hop_of(c.to);
  return c;
}

void dispatcher::handle(exchange_ptr ex) const {
  const auto& req = ex->get_request();
  if (req.body.size() <= large_body) return handle_now(ex);
  const auto* found = look_up(req.path).first;
  const auto* row = found ? found->find(req) : nullptr;
  if (!row || row->body.type != media::json) return handle_now(ex);
  if (!env_.run_on_work_lane(req.remote_address, [this, ex] { handle_now(ex); })) ex->respond(work_lane_full());
}

void dispatcher::handle_now(const exchange_ptr& ex) const {
  const auto& req = ex->get_request();
  auto config = env_.config();
  auto [found, rest] = look_up(req.path);
  if (auto other = answer_without_route(req, found)) return ex->respond(std::move(*other));
  auto c = call_of(ex, req, *found, rest, config);
  if (auto no = objection(c, *found, *config)) return respond(c, std::move(*no));
  // `judge` has not checked a small body that arrived with its head.
  if (!req.body.empty())
    if (auto rule = rule_of(c.matched->body.limit, *config); req.body.size() > rule.max_bytes)
      return respond(c, body_too_large(req, rule));
  // The route's checks refuse a request without a path.
  if (c.hop != next_hop::server) return invoke(std::move(c));
  if (takes_cached_answer(c)) return answer_from_cache(c);
  forward(c);
}

head_verdict dispatcher::refused(const call& c, head_verdict out, answer no) const {
  out.refusal = finished(c, std::move(no));
  return out;
}

head_verdict dispatcher::judge(const request& head) const {
  head_verdict out;
  auto config = env_.config();
  auto [found, rest] = look_up(head.path);
  out.refusal = answer_without_route(head, found);
  if (out.refusal) return out;
  auto c = call_of(nullptr, head, *found, rest, config);
  out.body = rule_of(c.matched->body.limit, *config);
  if (auto no = objection(c, *found, *config)) return refused(c, std::move(out), std::move(*no));
  // Another agent answers, and its state may have a token that this one's does not have yet. Only a body that takes
  // much space here needs a permission here.
  if (c.hop == next_hop::server && c.matched->body.limit != body_limit::archive) return out;
  return judged(std::move(c), std::move(out));
}

void dispatcher::judge_later(const request& head, std::function<void(head_verdict)> done) const {
  auto config = env_.config();
  auto kept = std::make_shared<const request>(head);
  auto [found, rest] = look_up(kept->path);
  head_verdict out;
  if (!found) { // `judge` checks this before
    out.refusal = unknown_path(head.path);
    return done(std::move(out));
  }
  auto c = call_of(nullptr, *kept, *found, rest, config);
  out.body = rule_of(c.matched->body.limit, *config);
  env_.resolve_identity(c.token, [this, kept, c, out = std::move(out), done = std::move(done)](
                                     const resolution& identity) { done(admitted(c, identity, out)); });
}

/// A small body is read before the checks after it, so that faults are reported in the order of the row. A larger body
/// is received only if the request passes them.
head_verdict dispatcher::judged(call c, head_verdict out) const {
  bool small = c.req.content_length && *c.req.content_length <= large_body;
  auto checked = carry_out_checks(c, small ? body_state::awaited : body_state::skipped);
  if (checked.refusal) return refused(c, std::move(out), std::move(*checked.refusal));
  if (checked.stop != check_outcome::stop_t::needs_identity) return placed(c, std::move(out));
  if (auto identity = env_.cached_identity(c.token)) return admitted(std::move(c), *identity, std::move(out));
  out.undecided = true;
  return out;
}

head_verdict dispatcher::admitted(call c, const resolution& identity, head_verdict out) const {
  if (identity) {
    c.who = *identity;
    c.identified = true;
    return judged(std::move(c), std::move(out));
  }
  // The first leader may be about to write the token; the endpoint waits for that.
  bool early = identity.error().code == error_code::unauthenticated && token_may_be_unwritten(c);
  if (early && c.matched->body.limit != body_limit::archive) return out;
  return refused(c, std::move(out), refusal(c, identity.error()));
}

head_verdict dispatcher::placed(const call& c, head_verdict out) const {
  bool has_body = !c.req.content_length || *c.req.content_length > 0;
  if (c.matched->body.limit != body_limit::archive || !has_body) return out;
  // Do not receive an archive that cannot be forwarded.
  if (c.hop == next_hop::server)
    if (auto no = too_many_hops(c)) return refused(c, std::move(out), std::move(*no));
  auto place = env_.make_scratch(c.req.remote_address);
  if (!place) return refused(c, std::move(out), error_answer(place.error()));
  out.body = {largest_archive, {}, std::move(*place)};
  return out;
}

shared_bytes dispatcher::common_lines(const config_ptr& config) const {
  auto known = common_.load();
  if (known && known->first == config) return {known, &known->second};
  auto made = std::make_shared<lines_of_config>(config, common_lines_of(*config));
  common_.store(made);
  return {made, &made->second};
}

} // namespace praetor::api
