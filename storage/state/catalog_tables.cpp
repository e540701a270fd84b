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
void key_parts(const node& n, key_visitor& visit) {
  visit.part("ID", n.id);
  visit.part("Node", n.name);
  visit.part("PeerName", n.peer_name);
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
void key_parts(const node_service& s, key_visitor& visit) {
  visit.part("Service.Kind", s.kind);
  visit.part("Service.ID", s.id);
  visit.part("Service.Service", s.name);
  visit.part("Service.PeerName", s.peer_name);
  visit.part("Service.Proxy.DestinationServiceName", s.proxy.destination_service_name);
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

void key_parts(const health_check& c, key_visitor& visit) {
  visit.part("Check.Node", c.node);
  visit.part("Check.CheckID", c.check_id);
  visit.part("Check.Name", c.name); // replaces a missing CheckID
  visit.part("Check.Status", c.status);
  visit.part("Check.ServiceID", c.service_id);
  visit.part("Check.ServiceName", c.service_name);
  visit.part("Check.PeerName", c.peer_name);
}

} // namespace praetor::state
