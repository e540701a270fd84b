#include "sim/attackers/hostile_requests.hpp"

#include "protocol/codec/msgpack.hpp"

#include <array>

namespace praetor::sim {

hostile_request agent_request(sim::world& world) {
  static const std::array<hostile_request, 10> all{{
      {"PUT", "/v1/agent/leave", "", "", ""},
      {"PUT", "/v1/agent/maintenance", "", "enable", "true"},
      {"PUT", "/v1/agent/force-leave/server2", "", "", ""},
      {"PUT", "/v1/agent/service/register", R"({"Name": "mark-of-agent-routes"})", "", ""},
      {"PUT", "/v1/agent/check/register", R"({"Name": "mark-of-agent-routes", "TTL": "10s"})", "", ""},
      {"PUT", "/v1/agent/token/default", R"({"Token": ""})", "", ""},
      {"PUT", "/v1/agent/reload", "", "", ""},
      {"GET", "/v1/agent/self", "", "", ""},
      {"GET", "/v1/agent/metrics", "", "", ""},
      {"PUT", "/v1/event/fire/mark-of-agent-routes", "", "", ""},
  }};
  return all[world.below(all.size())];
}

hostile_request client_request(sim::world& world, const std::string& mark) {
  const std::array<hostile_request, 12> all{{
      {"PUT", "/v1/kv/attack/" + mark, mark, "", ""},
      {"DELETE", "/v1/kv/", "", "recurse", ""},
      {"PUT", "/v1/kv/kv/0", "of an attacker", "", ""},
      {"PUT", "/v1/catalog/register", R"({"Node": ")" + mark + R"(", "Address": "10.66.1.1"})", "", ""},
      {"PUT", "/v1/catalog/deregister", R"({"Node": "server1"})", "", ""},
      {"PUT", "/v1/session/create", R"({"Name": ")" + mark + R"(", "Node": "server1"})", "", ""},
      {"PUT", "/v1/txn", R"([{"KV": {"Verb": "set", "Key": "attack/)" + mark + R"(", "Value": ""}}])", "", ""},
      {"PUT", "/v1/acl/bootstrap", "", "", ""},
      {"PUT", "/v1/acl/token", R"({"Description": ")" + mark + R"("})", "", ""},
      {"DELETE", "/v1/operator/raft/peer", "", "id", "00000000-0000-0000-0000-000000000000"},
      {"PUT", "/v1/operator/raft/transfer-leader", "", "", ""},
      {"PUT", "/v1/snapshot", mark, "", ""},
  }};
  return all[world.below(all.size())];
}

std::string encode_body(const hostile_request& r) {
  remote_request out;
  out.method = r.method;
  out.path = r.path;
  out.body = r.body;
  if (!r.query_name.empty()) {
    out.raw_query = r.query_name + "=" + r.query_value;
    out.query.push_back({r.query_name, r.query_value});
  }
  // Claims to come from the local host.
  out.remote_address = "127.0.0.1";
  out.remote_port = 1;
  out.requester.node = "server1";
  return msgpack::pack(out);
}

} // namespace praetor::sim
