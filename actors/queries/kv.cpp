#include "actors/queries/kv.hpp"

#include "actors/access/read_permissions.hpp"
#include "storage/state/queries_kv.hpp"

namespace praetor::queries {

bool of_sessions::filter(value_type& value, const acl::authorizer& who) const {
  return std::erase_if(value, [&](const session_ptr& s) { return !may_read(who, *s); }) > 0;
}

state::result<kv_get::value_type> kv_get::evaluate(const state::store& s, state::watch_set* watch) const {
  return state::kv_get(s, key, watch);
}

state::result<kv_list::value_type> kv_list::evaluate(const state::store& s, state::watch_set* watch) const {
  return state::kv_list(s, prefix, watch);
}

bool kv_list::filter(value_type& value, const acl::authorizer& who) const {
  return std::erase_if(value, [&](const kv_entry_ptr& entry) {
           return !who.allowed(acl::resource::key, acl::access::read, entry->key);
         }) > 0;
}

found<kv_keys> run(const kv_keys& q, const state::store& s, const acl::authorizer& who, state::watch_set* watch) {
  found<kv_keys> out;
  auto result = state::kv_keys(s, q.prefix, q.separator, watch, [&](std::string_view key) {
    bool readable = who.allowed(acl::resource::key, acl::access::read, key);
    out.filtered |= !readable;
    return readable;
  });
  out.index = result.index;
  out.value = std::move(result.value);
  out.missing = out.value.empty() && !q.prefix.empty();
  return out;
}

state::result<session_get::value_type> session_get::evaluate(const state::store& s, state::watch_set* watch) const {
  auto one = state::find_session(s, session, watch);
  state::result<value_type> out;
  out.index = one.index;
  if (one.value) out.value.push_back(std::move(one.value));
  return out;
}

state::result<session_list::value_type> session_list::evaluate(const state::store& s, state::watch_set* watch) const {
  return state::list_sessions(s, watch);
}

state::result<node_sessions::value_type> node_sessions::evaluate(const state::store& s, state::watch_set* watch) const {
  return state::node_sessions(s, node, watch);
}

} // namespace praetor::queries
