#include "frontends/api/agent/agent_self.hpp"

#include "actors/followed_release.hpp"
#include "actors/gossip/gossip_pools.hpp"
#include "actors/ports.hpp"
#include "frontends/api/version.hpp"
#include "protocol/base/ip_address.hpp"
#include "storage/raft_log/log_store.hpp"

#include <thread>

namespace praetor::api {

namespace {

member_shape shape_of(const swim::member& m) {
  member_shape out;
  out.name = m.name;
  out.address = m.address;
  if (auto ip = ip_address::parse(m.address))
    out.address_bytes.assign(ip->bytes.begin(), ip->bytes.begin() + ip->bits() / 8);
  out.port = m.port;
  out.tags = m.tags;
  out.status = static_cast<std::int64_t>(m.status);
  out.protocol_min = m.protocol_min;
  out.protocol_max = m.protocol_max;
  out.protocol_current = m.protocol_current;
  out.delegate_min = m.delegate_min;
  out.delegate_max = m.delegate_max;
  out.delegate_current = m.delegate_current;
  return out;
}

string_map pool_statistics(const membership* pool, std::size_t coordinate_resets) {
  auto number = [](auto value) { return std::to_string(value); };
  membership none;
  const auto& p = pool ? *pool : none;
  return {{"coordinate_resets", number(coordinate_resets)},
          {"encrypted", p.encrypted ? "true" : "false"},
          {"event_queue", number(p.event_queue)},
          {"event_time", number(p.event_time)},
          {"failed", number(p.failed)},
          {"health_score", number(p.health_score)},
          {"intent_queue", number(p.intent_queue)},
          {"left", number(p.left)},
          {"member_time", number(p.member_time)},
          {"members", number(p.members.size())},
          {"query_queue", number(p.query_queue)},
          {"query_time", number(p.query_time)}};
}

string_map raft_statistics(const raft_status& raft) {
  auto number = [](auto value) { return std::to_string(value); };
  std::string members = "[";
  for (const auto& s : raft.members.value.servers) {
    if (members.size() > 1) members += ' ';
    members += std::string("{Suffrage:") + (s.voter ? "Voter" : "Nonvoter") + " ID:" + s.who.id +
               " Address:" + s.address + "}";
  }
  auto role = raft.role == raft::role::leader ? "Leader" : raft.role == raft::role::follower ? "Follower" : "Candidate";
  auto peers = raft.members.value.voter_count();
  return {{"applied_index", number(raft.applied_index)},
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
}

} // namespace

std::vector<member_shape> pool_members(const environment& env, bool wan) {
  std::vector<member_shape> out;
  auto pool = (wan ? env.view().wan : env.view().lan).load();
  if (pool) {
    for (const auto& m : pool->members) out.push_back(shape_of(m));
    return out;
  }
  auto c = env.config();
  if (wan && !c->server) return out;
  const auto& log = env.outside().log;
  auto alone = own_gossip_member(*c, wan, env.node_id(), c->server && log ? log->opened().storage_id : "");
  alone.status = swim::member_status::alive;
  out.push_back(shape_of(alone));
  return out;
}

member_shape own_member(const environment& env, bool wan) {
  auto pool = (wan ? env.view().wan : env.view().lan).load();
  auto all = pool_members(env, wan);
  for (auto& m : all)
    if (!pool || m.name == pool->own_name) return std::move(m);
  return {};
}

statistics agent_statistics(const environment& env, const raft_status& raft, std::size_t coordinate_resets) {
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
  out["raft"] = raft_statistics(raft);
  auto cores = number(std::thread::hardware_concurrency());
  out["runtime"] = {{"arch", "amd64"},    {"cpu_count", cores}, {"goroutines", "0"},
                    {"max_procs", cores}, {"os", "linux"},      {"version", "praetor " + std::string(own_version)}};
  out["serf_lan"] = pool_statistics(env.view().lan.load().get(), coordinate_resets);
  out["serf_wan"] = pool_statistics(env.view().wan.load().get(), 0);
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

} // namespace praetor::api
