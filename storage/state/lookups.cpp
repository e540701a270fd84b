#include "storage/state/lookups.hpp"

namespace praetor::state {

node_ptr node_named(const tables& t, std::string_view peer, std::string_view name) {
  return t.nodes.at(tree_key({lower_case(peer), lower_case(name)}));
}
node_ptr node_with_id(const tables& t, std::string_view peer, std::string_view id) {
  auto found = t.nodes.by<"id">().find(tree_key({lower_case(peer), lower_case(id)}));
  return found ? *found : nullptr;
}
service_record_ptr service_on(const tables& t, std::string_view peer, std::string_view node, std::string_view id) {
  return t.services.at(tree_key({lower_case(peer), lower_case(node), lower_case(id)}));
}
health_check_ptr check_on(const tables& t, std::string_view peer, std::string_view node, std::string_view id) {
  return t.checks.at(tree_key({lower_case(peer), lower_case(node), lower_case(id)}));
}
session_ptr session_with_id(const tables& t, std::string_view id) { return t.sessions.at(lower_case(id)); }

} // namespace praetor::state
