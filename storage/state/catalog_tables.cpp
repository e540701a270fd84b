#include "storage/state/catalog_tables.hpp"

#include "storage/state/index_table.hpp"
#include "storage/state/tree_key.hpp"

namespace praetor::state {

std::string_view connect_destination(const node_service& s) {
  if (s.kind == "connect-proxy") return s.proxy.destination_service_name;
  if (s.connect.native) return s.name;
  return {};
}

void node_schema::raise_rows(const table_writer& w, const node& n) {
  w.raise(peer_index_key(n.peer_name, "nodes"));
  w.raise(peer_index_key(n.peer_name, "node." + n.name));
}
std::string node_schema::key(const node& n) { return tree_key({lower_case(n.peer_name), lower_case(n.name)}); }
std::string node_schema::by_id(const node& n) {
  return n.id.empty() ? std::string{} : tree_key({lower_case(n.peer_name), lower_case(n.id)});
}

namespace {

/// Peer, a name, node, id.
std::string instance_key(const service_record& r, std::string_view part) {
  const auto& s = r.service;
  return tree_key({lower_case(s.peer_name), part, lower_case(r.node), lower_case(s.id)});
}

} // namespace

void service_schema::raise_rows(const table_writer& w, const service_record& r) {
  const auto& s = r.service;
  auto kind_row = "service_kind." + std::string(kind_index_name(s.kind));
  w.raise(peer_index_key(s.peer_name, "services"));
  w.raise(kind_row);
  w.raise(peer_index_key(s.peer_name, kind_row));
  w.raise(peer_index_key(s.peer_name, "service." + s.name));
}
std::string service_schema::key(const service_record& r) {
  return tree_key({lower_case(r.service.peer_name), lower_case(r.node), lower_case(r.service.id)});
}
std::string service_schema::by_name(const service_record& r) { return instance_key(r, lower_case(r.service.name)); }
std::string service_schema::by_kind(const service_record& r) { return instance_key(r, r.service.kind); }
std::string service_schema::by_connect(const service_record& r) {
  auto destination = connect_destination(r.service);
  return destination.empty() ? std::string{} : instance_key(r, lower_case(destination));
}

void check_schema::raise_rows(const table_writer& w, const health_check& c) {
  w.raise(peer_index_key(c.peer_name, "checks"));
}
std::string check_schema::key(const health_check& c) {
  return tree_key({lower_case(c.peer_name), lower_case(c.node), lower_case(c.check_id)});
}
std::string check_schema::by_instance(const health_check& c) {
  return tree_key({lower_case(c.peer_name), lower_case(c.node), lower_case(c.service_id), lower_case(c.check_id)});
}
std::string check_schema::by_service(const health_check& c) {
  if (c.service_name.empty()) return {};
  return tree_key({lower_case(c.peer_name), lower_case(c.service_name), lower_case(c.node), lower_case(c.check_id)});
}
std::string check_schema::by_status(const health_check& c) {
  return tree_key({lower_case(c.peer_name), c.status, lower_case(c.node), lower_case(c.check_id)});
}

} // namespace praetor::state
