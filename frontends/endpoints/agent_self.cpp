#include "frontends/endpoints/agent_self.hpp"

#include "frontends/version.hpp"

#include <thread>

namespace praetor::endpoints {

member_shape own_member(const environment& env, bool wan) {
  auto c = env.config();
  member_shape m;
  m.name = wan ? c->node_name + "." + c->datacenter : c->node_name;
  m.address = wan ? c->advertise_addr_wan : c->advertise_addr_lan;
  m.port = wan ? c->serf_advertise_wan.port : c->serf_advertise_lan.port;
  auto& t = m.tags;
  t = {{"acls", c->acl.enabled ? "1" : "0"},
       {"build", std::string(followed_release) + ":"},
       {"dc", c->datacenter},
       {"ft_fs", "1"},
       {"ft_si", "1"},
       {"id", env.node_id()},
       {"port", std::to_string(c->rpc_advertise.port)},
       {"raft_vsn", "3"},
       {"role", "consul"},
       {"segment", ""},
       {"vsn", "2"},
       {"vsn_max", "3"},
       {"vsn_min", "2"}};
  if (!wan && c->serf_advertise_wan.is_set()) t["wan_join_port"] = std::to_string(c->serf_advertise_wan.port);
  if (c->ports.grpc > 0) t["grpc_port"] = std::to_string(c->ports.grpc);
  if (c->ports.grpc_tls > 0) t["grpc_tls_port"] = std::to_string(c->ports.grpc_tls);
  if (c->bootstrap) t["bootstrap"] = "1";
  if (c->bootstrap_expect > 0) t["expect"] = std::to_string(c->bootstrap_expect);
  return m;
}

statistics agent_statistics(const environment& env, const raft_status& raft) {
  auto c = env.config();
  auto local = env.view().registry.get();
  auto number = [](auto value) { return std::to_string(value); };
  std::size_t ttls = 0;
  local->checks.for_each(
      [&](std::string_view, const local_check_ptr& check) { ttls += check->definition.ttl.count() > 0; });
  statistics out;
  out["agent"] = {{"check_monitors", "0"},
                  {"check_ttls", number(ttls)},
                  {"checks", number(local->checks.size())},
                  {"services", number(local->services.size())}};
  out["build"] = {
      {"prerelease", ""}, {"revision", ""}, {"version", std::string(followed_release)}, {"version_metadata", ""}};
  auto leader = env.view().leader.get();
  out["consul"] = {{"acl", c->acl.enabled ? "enabled" : "disabled"},
                   {"bootstrap", c->bootstrap ? "true" : "false"},
                   {"known_datacenters", "1"},
                   {"leader", leader->is_leader ? "true" : "false"},
                   {"leader_addr", leader->leader_address},
                   {"server", c->server ? "true" : "false"}};
  std::string members = "[";
  for (const auto& s : raft.members.value.servers) {
    if (members.size() > 1) members += ' ';
    members += std::string("{Suffrage:") + (s.voter ? "Voter" : "Nonvoter") + " ID:" + s.who.id +
               " Address:" + s.address + "}";
  }
  auto role = raft.role == raft::role::leader ? "Leader" : raft.role == raft::role::follower ? "Follower" : "Candidate";
  auto peers = raft.members.value.voter_count();
  out["raft"] = {{"applied_index", number(raft.applied_index)},
                 {"commit_index", number(raft.commit_index)},
                 {"fsm_pending", number(raft.commit_index - raft.applied_index)},
                 {"last_contact", "0"},
                 {"last_log_index", number(raft.last_index)},
                 {"last_log_term", number(raft.last_term)},
                 {"last_snapshot_index", number(raft.snapshot_index)},
                 {"last_snapshot_term", number(raft.snapshot_term)},
                 {"latest_configuration", members + "]"},
                 {"latest_configuration_index", "0"},
                 {"num_peers", number(peers > 0 ? peers - 1 : 0)},
                 {"protocol_version", "3"},
                 {"protocol_version_max", "3"},
                 {"protocol_version_min", "0"},
                 {"snapshot_version_max", "1"},
                 {"snapshot_version_min", "0"},
                 {"state", role},
                 {"term", number(raft.term)}};
  auto cores = number(std::thread::hardware_concurrency());
  out["runtime"] = {{"arch", "amd64"},    {"cpu_count", cores}, {"goroutines", "0"},
                    {"max_procs", cores}, {"os", "linux"},      {"version", "praetor " + std::string(own_version)}};
  string_map pool{{"coordinate_resets", "0"},
                  {"encrypted", c->encrypt_key.empty() ? "false" : "true"},
                  {"event_queue", "0"},
                  {"event_time", "1"},
                  {"failed", "0"},
                  {"health_score", "0"},
                  {"intent_queue", "0"},
                  {"left", "0"},
                  {"member_time", "1"},
                  {"members", "1"},
                  {"query_queue", "0"},
                  {"query_time", "1"}};
  out["serf_lan"] = pool;
  out["serf_wan"] = pool;
  if (!c->server) {
    auto servers = env.view().servers.load();
    out["consul"] = {{"acl", c->acl.enabled ? "enabled" : "disabled"},
                     {"known_servers", number(servers ? servers->servers.size() : 0)},
                     {"server", "false"}};
    out.erase("raft");
    out.erase("serf_wan");
  }
  return out;
}

} // namespace praetor::endpoints
