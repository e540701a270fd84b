#include "frontends/api/agent/agent_shapes.hpp"

#include "protocol/codec/structural_hash.hpp"

#include <array>
#include <charconv>

namespace praetor::api {

agent_service to_agent_service(const node_service& s, const std::string& datacenter) {
  agent_service out;
  out.kind = s.kind;
  out.id = s.id;
  out.name = s.name;
  out.tags = s.tags;
  out.meta = s.meta;
  out.port = s.port;
  out.address = s.address;
  out.socket_path = s.socket_path;
  out.tagged_addresses = s.tagged_addresses;
  if (s.weights) out.weights = {s.weights->passing, s.weights->warning};
  out.enable_tag_override = s.enable_tag_override;
  // Only proxies and gateways have this member.
  if (s.kind == "connect-proxy" || s.kind.ends_with("-gateway")) {
    agent_proxy p;
    p.p = s.proxy;
    for (const auto& u : s.proxy.upstreams) p.upstreams.push_back({u});
    out.proxy = std::move(p);
  }
  if (s.connect.native) out.connect = agent_connect{true, {}};
  out.peer_name = s.peer_name;
  out.datacenter = datacenter;
  if (s.locality) out.locality = agent_locality{s.locality->region, s.locality->zone};
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
