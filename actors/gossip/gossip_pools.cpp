#include "actors/gossip/gossip_pools.hpp"

#include "actors/agent.hpp"
#include "actors/followed_release.hpp"
#include "protocol/base/ip_address.hpp"
#include "protocol/swim/limits.hpp"

namespace praetor {

namespace {

bool is_present(const swim::member& m) {
  return m.status == swim::member_status::alive || m.status == swim::member_status::leaving;
}

std::string same_id(const std::string& one, const std::string& other, std::string_view id) {
  return "members " + praetor::quoted(one) + " and " + praetor::quoted(other) + " have the same node id " +
         std::string(id) + "; each needs its own";
}

/// A member whose node id another member has too, or this agent under another name.
std::optional<std::string> doubled_id(const std::vector<swim::member>& members, const std::string& own_name,
                                      const std::string& own_id) {
  std::map<std::string_view, std::string_view> names{{own_id, own_name}};
  for (const auto& m : members) {
    auto id = tag(m, "id");
    if (id.empty() || !is_present(m)) continue;
    auto [known, fresh] = names.emplace(id, m.name);
    if (!fresh && known->second != m.name) return same_id(std::string(known->second), m.name, id);
  }
  return {};
}

} // namespace

std::optional<std::string> taken_id(const membership& known, const std::vector<swim::member>& members) {
  std::map<std::string_view, const std::string*> claims; // by the node id that members claim
  for (const auto& m : members)
    if (auto id = tag(m, "id"); !id.empty() && is_present(m)) claims.emplace(id, &m.name);
  for (const auto& k : known.members) {
    auto claim = is_present(k) ? claims.find(tag(k, "id")) : claims.end();
    if (claim != claims.end() && *claim->second != k.name) return same_id(k.name, *claim->second, claim->first);
  }
  return {};
}

namespace {

expected<swim::keyring> configured_keys(const config::runtime_config& c, const std::string& file, const ports& outside,
                                        const std::string& module) {
  auto wrong = [](const std::string& why) { return fail("Failed to configure keyring: " + why); };
  if (!file.empty()) {
    auto content = outside.gossip_files->read(file);
    if (!content) return wrong(content.error().text);
    if (*content) {
      auto kept = swim::keyring::parse(**content);
      if (!kept) return wrong(file + ": " + kept.error().text);
      auto given = c.encrypt_key.empty() ? expected<std::string>("") : swim::decode_key(c.encrypt_key);
      const auto& keys = kept->keys();
      if (!c.encrypt_key.empty() && (!given || std::find(keys.begin(), keys.end(), *given) == keys.end()))
        outside.log_lines->write(log_level::warn, module, "the key ring's file is in force; 'encrypt' is not in it",
                                 {{"file", file}});
      return kept;
    }
  }
  if (c.encrypt_key.empty()) return swim::keyring{};
  auto made = swim::keyring::of_key(c.encrypt_key);
  if (!made) return wrong("Invalid key: " + made.error().text);
  if (!file.empty()) outside.gossip_files->replace(file, made->to_json(), 0600, nullptr);
  return made;
}

} // namespace

swim::member own_gossip_member(const config::runtime_config& c, bool wan, const std::string& node_id,
                               const std::string& storage) {
  swim::member m;
  const auto& at = wan ? c.serf_advertise_wan : c.serf_advertise_lan;
  m.name = wan ? c.node_name + "." + c.datacenter : c.node_name;
  m.address = at.host;
  m.port = static_cast<std::uint16_t>(at.port);
  auto& t = m.tags;
  t = {{"role", c.server ? "consul" : "node"},
       {"dc", c.datacenter},
       {"segment", ""},
       {"id", node_id},
       {"vsn", std::to_string(c.rpc_protocol)},
       {"vsn_min", "2"},
       {"vsn_max", "3"},
       {"build", std::string(followed_release) + ":"}};
  if (!c.server) {
    if (c.advertise_reconnect_timeout.count() > 0) t["rc_tm"] = duration_to_text(c.advertise_reconnect_timeout);
    return m;
  }
  t["acls"] = c.acl.enabled ? "1" : "0";
  t["ft_fs"] = "1";
  t["ft_si"] = "1";
  t["raft_vsn"] = "3";
  t["port"] = std::to_string(c.rpc_advertise.port);
  if (!wan) t["storage"] = storage;
  if (!wan && c.serf_advertise_wan.is_set()) t["wan_join_port"] = std::to_string(c.serf_advertise_wan.port);
  if (c.ports.grpc > 0) t["grpc_port"] = std::to_string(c.ports.grpc);
  if (c.ports.grpc_tls > 0) t["grpc_tls_port"] = std::to_string(c.ports.grpc_tls);
  if (c.bootstrap) t["bootstrap"] = "1";
  if (c.bootstrap_expect > 0) t["expect"] = std::to_string(c.bootstrap_expect);
  if (c.tls_internal_rpc.verify_outgoing) t["use_tls"] = "1";
  return m;
}

swim::settings gossip_limits(const config::runtime_config& c, bool wan) {
  auto s = wan ? swim::settings::wan() : swim::settings::lan();
  const auto& g = wan ? c.gossip_wan : c.gossip_lan;
  auto count = [](std::int64_t value, std::size_t& into) {
    if (value > 0) into = static_cast<std::size_t>(value);
  };
  auto time = [](nanoseconds value, swim::duration& into) {
    if (value.count() > 0) into = std::chrono::duration_cast<swim::duration>(value);
  };
  count(g.gossip_nodes, s.gossip_nodes);
  count(g.suspicion_mult, s.suspicion_multiplier);
  count(g.retransmit_mult, s.retransmit_multiplier);
  time(g.gossip_interval, s.gossip_interval);
  time(g.probe_interval, s.probe_interval);
  time(g.probe_timeout, s.probe_timeout);
  time(wan ? c.reconnect_timeout_wan : c.reconnect_timeout_lan, s.reconnect_timeout);
  s.coordinates = !c.disable_coordinates;
  return s;
}

swim::merge_check gossip_merge_check(const config::runtime_config& c, bool wan, const std::string& node_id) {
  return [wan, name = c.node_name, dc = c.datacenter, node_id,
          networks = wan ? c.serf_wan_allowed_cidrs : c.serf_lan_allowed_cidrs](
             const std::vector<swim::member>& members) -> std::optional<std::string> {
    for (const auto& m : members) {
      auto who = "member " + praetor::quoted(m.name);
      if (!networks.empty() && !is_within(m.address, networks))
        return who + " has the address " + m.address + ", which is in none of the allowed networks";
      if (wan && tag(m, "role") != "consul") return who + " is not a server; only servers are in the WAN pool";
      if (!wan && tag(m, "dc") != dc)
        return who + " is in datacenter " + praetor::quoted(tag(m, "dc")) + "; this pool is of " + praetor::quoted(dc);
    }
    if (wan) return {};
    return doubled_id(members, name, node_id);
  };
}

expected<gossip_options> configured_gossip(const config::runtime_config& c, bool wan, const std::string& node_id,
                                           const std::string& storage, const ports& outside) {
  gossip_options o;
  o.wan = wan;
  o.module = std::string(c.server ? "agent.server" : "agent.client").append(wan ? ".serf.wan" : ".serf.lan");
  o.own = own_gossip_member(c, wan, node_id, storage);
  // Reject here, with an error that the operator sees, what other members would reject.
  if (auto good = swim::check_name(o.own.name); !good)
    return fail("Failed to start gossip: " + good.error().text + "; node_name is too long for gossip");
  if (auto good = swim::check_tags(o.own.tags); !good) return fail("Failed to start gossip: " + good.error().text);
  o.limits = gossip_limits(c, wan);
  o.check = gossip_merge_check(c, wan, node_id);
  o.sealing = {c.encrypt_verify_incoming, c.encrypt_verify_outgoing};
  o.rejoin_after_leave = c.rejoin_after_leave;
  o.rejoin_interval = wan ? c.retry_interval_wan : c.retry_interval_lan;
  o.default_port = static_cast<std::uint16_t>(wan ? c.ports.serf_wan : c.ports.serf_lan);
  std::string place = wan ? "serf/remote" : "serf/local";
  if (outside.gossip_files) o.snapshot_file = place + ".snapshot";
  if (outside.gossip_files && !c.disable_keyring_file) o.keyring_file = place + ".keyring";
  auto keys = configured_keys(c, o.keyring_file, outside, o.module);
  if (!keys) return tl::unexpected(keys.error());
  o.keys = std::move(*keys);
  return o;
}

} // namespace praetor
