#include "actors/access/token_resolver.hpp"

#include "actors/agent.hpp"
#include "actors/rpc/ask.hpp"
#include "protocol/acl/built_in.hpp"
#include "protocol/types/secrets.hpp"
#include "storage/state/queries_acl.hpp"

#include <algorithm>

namespace praetor {

namespace {

constexpr std::string_view not_found = "ACL not found";
constexpr auto forbidden = 403;
constexpr auto patience = std::chrono::seconds(10); ///< timeout of a query to a server

bool has_passed(const std::optional<timestamp>& expires, nanoseconds calendar) {
  return expires && *expires < timestamp::from_unix(calendar);
}

/// Whether a secret equals the name of a decision. Such a token must never exist.
bool names_a_decision(std::string_view secret) { return secret == "allow" || secret == "deny" || secret == "manage"; }

bool allows_by_default(const config::runtime_config& c) { return c.acl.default_policy == "allow"; }

/// The authorizer of the recovery token, for operators while no server is reachable.
acl::authorizer_ptr recovery_authorizer(const config::runtime_config& c) {
  acl::rules r;
  r[acl::named_rule::agent].exact.push_back({c.node_name, acl::level::write, {}});
  r[acl::named_rule::node].prefix.push_back({"", acl::level::read, {}});
  return acl::make_authorizer("agent-recovery:" + c.node_name, "agent-recovery:" + c.node_name,
                              std::make_shared<const acl::decisions>(std::vector{r}), false);
}

/// How long a client agent caches a server's answer.
nanoseconds lifetime(const config::acl_settings& a, const token_holder& holder) {
  auto out = a.token_ttl;
  if (!holder.policies.empty()) out = std::min(out, a.policy_ttl);
  if (holder.has_roles && a.role_ttl.count() > 0) out = std::min(out, a.role_ttl);
  return out;
}

/// The valid token with this secret in a state, or null.
acl_token_ptr token_in(const state::store& s, std::string_view secret, nanoseconds calendar, state::watch_set* watch) {
  auto found = state::token_with_secret(s.tables().acl, secret, watch);
  if (found && found->expired(calendar)) return nullptr;
  if (found || secret != acl::anonymous_secret) return found;
  // Until the leader has written the anonymous token, it exists implicitly and grants nothing.
  auto early = std::make_shared<acl_token>();
  early->accessor_id = acl::anonymous_accessor;
  early->secret_id = secret;
  return early;
}

error unknown_token(const state::store& s) {
  std::string text(not_found);
  if (state::bootstrap_index(s, nullptr) == 0)
    text = "ACL system must be bootstrapped before making any requests that require authorization: " + text;
  return {error_code::unauthenticated, std::move(text), forbidden};
}

} // namespace

void token_resolver::forget() {
  std::lock_guard lock(guard_);
  known_.clear();
  cached_tokens_.clear();
}

std::optional<resolution> token_resolver::locally_managed(const agent_view& view, const config::runtime_config& c,
                                                          std::string_view secret) {
  if (names_a_decision(secret)) return fail("Cannot resolve root ACL");
  const auto tokens = view.tokens.get();
  const auto& recovery = tokens->of(token_use::agent_recovery);
  if (!recovery.empty() && same_secret(secret, recovery)) return recovery_authorizer(c);
  return {};
}

resolution token_resolver::authorize(const config::runtime_config& c, std::string accessor,
                                     const std::vector<acl_policy_ptr>& policies) {
  auto key = acl::key_of(policies);
  bool by_default = allows_by_default(c);
  acl::decisions_ptr compiled;
  {
    std::lock_guard lock(guard_);
    if (auto* kept = compiled_.find(key)) compiled = *kept;
  }
  if (!compiled) {
    auto made = acl::compile(policies);
    if (!made) return tl::unexpected(made.error());
    compiled = std::move(*made);
    std::lock_guard lock(guard_);
    compiled_.insert(key, compiled);
  }
  return acl::make_authorizer(std::move(accessor), key + (by_default ? '+' : '-'), std::move(compiled), by_default);
}

resolution token_resolver::from_state(const agent_view& view, const config::runtime_config& c, std::string_view secret,
                                      nanoseconds calendar) {
  {
    std::lock_guard lock(guard_);
    auto* kept = known_.find(secret);
    if (kept && !kept->holds->fired() && !has_passed(kept->expires, calendar)) return kept->who;
  }
  auto store = view.state.load();
  state::watch_set touched;
  touched.add(store->abandon_cell());
  auto token = token_in(*store, secret, calendar, &touched);
  if (!token) return tl::unexpected(unknown_token(*store));
  auto policies = acl::in_datacenter(state::granted(*store, *token, &touched).policies, c.datacenter);
  auto who = authorize(c, token->accessor_id, policies);
  if (!who) return who;
  auto holds = std::make_shared<state::trigger>();
  if (touched.subscribe(holds)) return who;
  std::lock_guard lock(guard_);
  known_.insert(secret, {*who, std::move(holds), token->expires() ? token->expiration_time : std::nullopt});
  return who;
}

std::optional<resolution> token_resolver::cached(const agent_view_ptr& view, std::string_view secret,
                                                 const instant& now) {
  auto settings = view->settings.load();
  const auto& c = *settings;
  if (!c.acl.enabled) return acl::allow_all();
  if (secret.empty()) secret = acl::anonymous_secret;
  if (auto own = locally_managed(*view, c, secret)) return own;
  if (c.server) return from_state(*view, c, secret, now.calendar);
  std::unique_lock lock(guard_);
  auto* kept = cached_tokens_.find(secret);
  if (!kept || has_passed(kept->expires, now.calendar)) return {};
  auto who = kept->who;
  if (now.steady - kept->told <= kept->fresh) return who;
  if (c.acl.down_policy != "async-cache") return {};
  // The cached answer is used while a new one is fetched.
  std::string key(secret);
  bool first = asking_.try_emplace(key).second;
  lock.unlock();
  if (first) ask(view, key, now);
  return who;
}

void token_resolver::resolve(const agent_view_ptr& view, std::string_view secret, const instant& now,
                             std::function<void(const resolution&)> done) {
  if (auto found = cached(view, secret, now)) return done(*found);
  std::string key(secret.empty() ? acl::anonymous_secret : secret);
  std::unique_lock lock(guard_);
  auto [waiting, first] = asking_.try_emplace(key);
  waiting->second.push_back(std::move(done));
  lock.unlock();
  if (first) ask(view, key, now);
}

void token_resolver::ask(const agent_view_ptr& view, const std::string& secret, const instant& now) {
  auto settings = view->settings.load();
  auto told = [view, secret, now](const expected<token_holder>& answer) {
    view->resolver.told(view, secret, answer, now);
  };
  request_terms terms;
  terms.to = {.datacenter = settings->datacenter, .max_age = any_age, .hold = settings->rpc_hold_timeout};
  terms.patience = patience;
  terms.here = [told] { told(fail(error_code::no_servers, "this agent has no servers to ask")); };
  auto handles = view->handles.load();
  if (!handles) return terms.here();
  praetor::ask<rpc_kind::token>(handles->writes.router(), std::move(terms), secret, std::move(told));
}

void token_resolver::told(const agent_view_ptr& view, const std::string& secret, const expected<token_holder>& answer,
                          const instant& asked) {
  auto outcome = take(*view->settings.load(), secret, answer, asked);
  std::unique_lock lock(guard_);
  auto waiting = asking_.extract(secret);
  lock.unlock();
  if (waiting)
    for (const auto& done : waiting.mapped()) done(outcome);
}

resolution token_resolver::take(const config::runtime_config& c, const std::string& secret,
                                const expected<token_holder>& answer, const instant& asked) {
  bool whole = answer && std::ranges::count(answer->policies, nullptr) == 0;
  if (!whole) return without_servers(c, secret, asked);
  const auto& holder = *answer;
  if (holder.disabled) return fail(error_code::not_supported, "ACL support disabled", 401);
  if (holder.accessor.empty()) {
    std::lock_guard lock(guard_);
    cached_tokens_.erase(secret);
    return fail(error_code::unauthenticated, holder.refusal.empty() ? std::string(not_found) : holder.refusal,
                forbidden);
  }
  auto who = authorize(c, holder.accessor, holder.policies);
  if (!who) return who;
  std::lock_guard lock(guard_);
  cached_tokens_.insert(secret, {*who, holder.expires, asked.steady, lifetime(c.acl, holder)});
  return who;
}

resolution token_resolver::without_servers(const config::runtime_config& c, const std::string& secret,
                                           const instant& now) {
  constexpr std::string_view nobody = "primary-dc-down";
  const auto& down = c.acl.down_policy;
  bool extends = down != "allow" && down != "deny";
  std::lock_guard lock(guard_);
  if (auto* kept = cached_tokens_.find(secret); kept && extends) {
    if (has_passed(kept->expires, now.calendar))
      return fail(error_code::unauthenticated, std::string(not_found), forbidden);
    kept->told = now.steady;
    return kept->who;
  }
  cached_tokens_.erase(secret);
  bool allows = extends ? allows_by_default(c) : down == "allow";
  return acl::make_authorizer(std::string(nobody), allows ? "down+" : "down-", nullptr, allows);
}

token_holder token_resolver::describe(const agent_view& view, std::string_view secret, nanoseconds calendar) const {
  token_holder out;
  auto settings = view.settings.load();
  const auto& c = *settings;
  out.disabled = !c.acl.enabled;
  if (out.disabled) return out;
  auto store = view.state.load();
  auto token = token_in(*store, secret, calendar, nullptr);
  if (!token) {
    out.refusal = unknown_token(*store).text;
    return out;
  }
  auto all = state::granted(*store, *token, nullptr);
  out.accessor = token->accessor_id;
  if (token->expires()) out.expires = token->expiration_time;
  out.has_roles = !all.roles.empty();
  out.policies = acl::in_datacenter(std::move(all.policies), c.datacenter);
  return out;
}

} // namespace praetor
