#include "actors/queries/acl.hpp"

#include "storage/state/queries_acl.hpp"

namespace praetor::queries {

namespace {

constexpr std::string_view hidden = "<hidden>";

bool may_see_secrets(const acl::authorizer& who) { return who.allowed(acl::resource::acl, acl::access::write, {}); }

void hide_secret(acl_token_ptr& token) {
  auto copy = std::make_shared<acl_token>(*token);
  copy->secret_id = hidden;
  token = std::move(copy);
}

expected<state::result<token_list::value_type>> find_tokens(const token_list& q, const state::store& s,
                                                            state::watch_set* watch) {
  state::token_query wanted;
  wanted.policy = q.policy;
  wanted.role = q.role;
  wanted.auth_method = q.auth_method;
  wanted.service_name = q.service_name;
  return state::list_tokens(s, wanted, watch);
}

} // namespace

state::result<token_read::value_type> token_read::evaluate(const state::store& s, state::watch_set* watch) const {
  auto one = state::find_token(s, accessor, watch);
  state::result<value_type> out;
  out.index = one.index;
  out.value.token = std::move(one.value);
  if (!out.value.token || !expanded) return out;
  auto granted = state::granted(s, *out.value.token, watch);
  out.value.policies = std::move(granted.policies);
  out.value.roles = std::move(granted.roles);
  // As they are shown by themselves: with links to what is still there.
  for (auto& role : out.value.roles)
    if (auto shown = state::find_role(s, role->id, watch).value) role = std::move(shown);
  return out;
}

bool token_read::filter(value_type& value, const acl::authorizer& who) const {
  if (value.token && !may_see_secrets(who)) hide_secret(value.token);
  return false;
}

state::result<token_self::value_type> token_self::evaluate(const state::store& s, state::watch_set* watch) const {
  return state::find_token_by_secret(s, secret, watch);
}

expected<void> token_list::check() const {
  // Whether the question makes sense does not depend on the state.
  if (auto sound = find_tokens(*this, state::store(), nullptr); !sound) return tl::unexpected(sound.error());
  return {};
}

state::result<token_list::value_type> token_list::evaluate(const state::store& s, state::watch_set* watch) const {
  auto tokens = find_tokens(*this, s, watch);
  return tokens ? std::move(*tokens) : state::result<value_type>{};
}

bool token_list::filter(value_type& value, const acl::authorizer& who) const {
  if (!may_see_secrets(who))
    for (auto& token : value) hide_secret(token);
  return false;
}

state::result<policy_read::value_type> policy_read::evaluate(const state::store& s, state::watch_set* watch) const {
  return id.empty() ? state::find_policy_by_name(s, policy, watch) : state::find_policy(s, id, watch);
}

state::result<policy_list::value_type> policy_list::evaluate(const state::store& s, state::watch_set* watch) const {
  return state::list_policies(s, watch);
}

state::result<role_read::value_type> role_read::evaluate(const state::store& s, state::watch_set* watch) const {
  return id.empty() ? state::find_role_by_name(s, role, watch) : state::find_role(s, id, watch);
}

state::result<role_list::value_type> role_list::evaluate(const state::store& s, state::watch_set* watch) const {
  return state::list_roles(s, policy, watch);
}

} // namespace praetor::queries
