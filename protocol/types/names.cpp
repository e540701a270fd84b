#include "protocol/types/names.hpp"

#include <algorithm>
#include <initializer_list>
#include <utility>

namespace praetor {

namespace {

using named_field = std::pair<std::string_view, const std::string*>;

bool is_control(unsigned char c) { return c < 0x20 || c == 0x7f; }

std::optional<std::string> first_fault(std::initializer_list<named_field> fields) {
  for (auto [name, text] : fields)
    if (auto fault = fault_in_name(name, *text)) return fault;
  return {};
}

bool writes(std::string_view verb) { return verb == "set" || verb == "cas"; }

} // namespace

std::optional<std::string> fault_in_name(std::string_view field, std::string_view text) {
  if (std::none_of(text.begin(), text.end(), is_control)) return {};
  return "Invalid " + std::string(field) + " " + praetor::quoted(text) + ": control characters are not allowed";
}

std::optional<std::string> fault_in_names(const node_service& s) {
  return first_fault({{"ServiceID", &s.id},
                      {"Service", &s.name},
                      {"Kind", &s.kind},
                      {"Proxy.DestinationServiceName", &s.proxy.destination_service_name},
                      {"PeerName", &s.peer_name}});
}

std::optional<std::string> fault_in_names(const health_check& c) {
  return first_fault({{"Node", &c.node},
                      {"CheckID", &c.check_id},
                      {"Name", &c.name},
                      {"Status", &c.status},
                      {"ServiceID", &c.service_id},
                      {"ServiceName", &c.service_name},
                      {"PeerName", &c.peer_name}});
}

std::optional<std::string> fault_in_names(const register_request& r) {
  if (auto fault = first_fault({{"Node", &r.node}, {"ID", &r.id}, {"PeerName", &r.peer_name}})) return fault;
  if (r.service)
    if (auto fault = fault_in_names(*r.service)) return fault;
  if (r.check)
    if (auto fault = fault_in_names(*r.check)) return fault;
  for (const auto& check : r.checks)
    if (check)
      if (auto fault = fault_in_names(*check)) return fault;
  return {};
}

std::optional<std::string> fault_in_names(const txn_op& op) {
  if (op.node && writes(op.node->verb)) {
    const auto& n = op.node->node;
    return first_fault({{"Node", &n.name}, {"ID", &n.id}, {"PeerName", &n.peer_name}});
  }
  if (op.service && writes(op.service->verb)) {
    if (auto fault = fault_in_name("Node", op.service->node)) return fault;
    return fault_in_names(op.service->service);
  }
  if (op.check && writes(op.check->verb)) return fault_in_names(op.check->check);
  return {};
}

std::optional<std::string> fault_in_names(const session& s) {
  if (auto fault = first_fault({{"Node", &s.node}, {"Name", &s.name}})) return fault;
  for (const auto* list : {&s.checks, &s.node_checks})
    for (const auto& id : *list)
      if (auto fault = fault_in_name("Checks", id)) return fault;
  for (const auto& check : s.service_checks)
    if (auto fault = fault_in_name("ServiceChecks", check.id)) return fault;
  return {};
}

std::optional<std::string> fault_in_names(const node_coordinate& c) {
  return first_fault({{"Node", &c.node}, {"Segment", &c.segment}});
}

} // namespace praetor
