#include "storage/state/session_tables.hpp"

#include "storage/state/tree_key.hpp"

namespace praetor::state {

string_list check_ids(const session& s) {
  string_list out = s.checks;
  out.insert(out.end(), s.node_checks.begin(), s.node_checks.end());
  for (auto& c : s.service_checks) out.push_back(c.id);
  return out;
}

std::string kv_schema::by_session(const kv_entry& e) {
  return e.session.empty() ? std::string{} : tree_key({lower_case(e.session), e.key});
}
void key_parts(const kv_entry& e, key_visitor& visit) {
  visit.whole("Key", e.key);
  visit.part("Session", e.session);
}

std::string session_schema::by_node(const session& s) { return tree_key({lower_case(s.node), lower_case(s.id)}); }
string_list session_schema::by_check(const session& s) {
  auto keys = check_ids(s);
  for (auto& id : keys) id = tree_key({lower_case(s.node), lower_case(id), lower_case(s.id)});
  return keys;
}
void key_parts(const session& s, key_visitor& visit) {
  visit.part("Session.ID", s.id);
  visit.part("Session.Node", s.node);
  for (const auto& id : s.checks) visit.part("Session.Checks", id);
  for (const auto& id : s.node_checks) visit.part("Session.NodeChecks", id);
  for (const auto& check : s.service_checks) visit.part("Session.ServiceChecks", check.id);
}

std::string lock_delay_schema::by_end(const lock_delay& d) {
  return numbered_key(static_cast<std::uint64_t>(d.end), d.key);
}

} // namespace praetor::state
