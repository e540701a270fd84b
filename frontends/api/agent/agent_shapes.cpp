#include "frontends/api/agent/agent_shapes.hpp"

#include "protocol/codec/structural_hash.hpp"

#include <array>
#include <charconv>

namespace praetor::api {

agent_service to_agent_service(const node_service& s, const std::string& datacenter) {
  agent_service out;
  static_cast<node_service&>(out) = s;
  out.create_index = out.modify_index = 0; // those of the catalog
  if (s.weights) static_cast<service_weights&>(out.shown_weights) = *s.weights;
  // Only proxies and gateways have this member.
  if (s.kind == "connect-proxy" || s.kind.ends_with("-gateway")) out.shown_proxy.emplace(s.proxy);
  if (const connect_properties& given = s.connect; given != connect_properties{})
    static_cast<connect_properties&>(out.shown_connect.emplace()) = given;
  out.datacenter = datacenter;
  if (s.locality) out.shown_locality.emplace(agent_locality{*s.locality});
  return out;
}

std::string content_hash(const agent_service& s) {
  std::array<char, 16> text{};
  auto end = std::to_chars(text.data(), text.data() + text.size(), structural_hash(s), 16).ptr;
  return {text.data(), end};
}

health_answer_check to_health_answer(const health_check& c) {
  health_answer_check out;
  out.node = c.node;
  out.check_id = c.check_id;
  out.name = c.name;
  out.status = c.status;
  out.notes = c.notes;
  out.output = c.output;
  out.service_id = c.service_id;
  out.service_name = c.service_name;
  out.service_tags = c.service_tags;
  out.exposed_port = c.exposed_port;
  return out;
}

} // namespace praetor::api
