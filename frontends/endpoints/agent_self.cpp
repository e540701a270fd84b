#include "frontends/endpoints/agent_self.hpp"

#include "frontends/version.hpp"

#include <thread>

namespace praetor::endpoints {

namespace {

free_form duration(nanoseconds value) { return duration_to_text(value); }

free_form addresses(const std::vector<config::endpoint>& list, std::initializer_list<const char*> networks) {
  auto out = free_form::array();
  for (const auto& e : list)
    for (auto network : networks) out.push_back(e.is_unix() ? "unix://" + e.path : std::string(network) + "://" + e.text());
  return out;
}

std::string tcp(const config::endpoint& e) { return e.is_set() ? "tcp://" + e.text() : std::string(); }

void add_addresses(free_form& out, const config::runtime_config& c) {
  out["AdvertiseAddrLAN"] = c.advertise_addr_lan;
  out["AdvertiseAddrWAN"] = c.advertise_addr_wan;
  out["BindAddr"] = c.bind_addr;
  out["ClientAddrs"] = c.client_addrs;
  out["DNSAddrs"] = addresses(c.dns_addrs, {"tcp", "udp"});
  out["GRPCAddrs"] = addresses(c.grpc_addrs, {"tcp"});
  out["GRPCTLSAddrs"] = addresses(c.grpc_tls_addrs, {"tcp"});
  out["HTTPAddrs"] = addresses(c.http_addrs, {"tcp"});
  out["HTTPSAddrs"] = addresses(c.https_addrs, {"tcp"});
  out["DNSPort"] = c.ports.dns;
  out["GRPCPort"] = c.ports.grpc;
  out["GRPCTLSPort"] = c.ports.grpc_tls;
  out["HTTPPort"] = c.ports.http;
  out["HTTPSPort"] = c.ports.https;
  out["ServerPort"] = c.ports.server;
  out["SerfPortLAN"] = c.ports.serf_lan;
  out["SerfPortWAN"] = c.ports.serf_wan;
  out["RPCAdvertiseAddr"] = tcp(c.rpc_advertise);
  out["RPCBindAddr"] = tcp(c.rpc_bind);
  out["SerfAdvertiseAddrLAN"] = tcp(c.serf_advertise_lan);
  out["SerfAdvertiseAddrWAN"] = tcp(c.serf_advertise_wan);
  out["SerfBindAddrLAN"] = tcp(c.serf_bind_lan);
  out["SerfBindAddrWAN"] = tcp(c.serf_bind_wan);
  out["TaggedAddresses"] = c.tagged_addresses;
}

void add_limits(free_form& out, const config::runtime_config& c) {
  out["CheckOutputMaxSize"] = c.check_output_max_size;
  out["CheckUpdateInterval"] = duration(c.check_update_interval);
  out["CheckReapInterval"] = duration(c.check_reap_interval);
  out["CheckDeregisterIntervalMin"] = duration(c.check_deregister_interval_min);
  out["DefaultQueryTime"] = duration(c.default_query_time);
  out["MaxQueryTime"] = duration(c.max_query_time);
  out["SessionTTLMin"] = duration(c.session_ttl_min);
  out["KVMaxValueSize"] = c.kv_max_value_size;
  out["TxnMaxReqLen"] = c.txn_max_req_len;
  out["HTTPMaxConnsPerClient"] = c.http.max_conns_per_client;
  out["HTTPMaxHeaderBytes"] = c.http.max_header_bytes;
  out["HTTPSHandshakeTimeout"] = duration(c.http.https_handshake_timeout);
  out["HTTPBlockEndpoints"] = c.http.block_endpoints;
  out["HTTPResponseHeaders"] = c.http.response_headers;
  out["HTTPUseCache"] = c.http.use_cache;
  out["AllowWriteHTTPFrom"] = c.http.allow_write_http_from;
  out["RPCHoldTimeout"] = duration(c.rpc_hold_timeout);
  out["AEInterval"] = duration(c.ae_interval);
  out["LeaveDrainTime"] = duration(c.leave_drain_time);
  out["RaftProtocol"] = c.raft.protocol;
  out["RaftSnapshotInterval"] = duration(c.raft.snapshot_interval);
  out["RaftSnapshotThreshold"] = c.raft.snapshot_threshold;
  out["RaftTrailingLogs"] = c.raft.trailing_logs;
  out["ConsulRaftElectionTimeout"] = duration(c.raft.election_timeout);
  out["ConsulRaftHeartbeatTimeout"] = duration(c.raft.heartbeat_timeout);
  out["ConsulRaftLeaderLeaseTimeout"] = duration(c.raft.leader_lease_timeout);
}

void add_dns(free_form& out, const config::runtime_config& c) {
  out["DNSDomain"] = c.dns_domain;
  out["DNSAltDomain"] = c.dns_alt_domain;
  out["DNSRecursors"] = c.dns_recursors;
  out["DNSRecursorStrategy"] = c.dns.recursor_strategy;
  out["DNSRecursorTimeout"] = duration(c.dns.recursor_timeout);
  out["DNSAllowStale"] = c.dns.allow_stale;
  out["DNSMaxStale"] = duration(c.dns.max_stale);
  out["DNSNodeTTL"] = duration(c.dns.node_ttl);
  out["DNSServiceTTL"] = free_form::object();
  for (const auto& [name, ttl] : c.dns.service_ttl) out["DNSServiceTTL"][name] = duration(ttl);
  out["DNSOnlyPassing"] = c.dns.only_passing;
  out["DNSARecordLimit"] = c.dns.a_record_limit;
  out["DNSUDPAnswerLimit"] = c.dns.udp_answer_limit;
  out["DNSEnableTruncate"] = c.dns.enable_truncate;
  out["DNSDisableCompression"] = c.dns.disable_compression;
  out["DNSNodeMetaTXT"] = c.dns.node_meta_txt;
  out["DNSUseCache"] = c.dns.use_cache;
  out["DNSSOA"] = {{"Expire", c.dns.soa.expire}, {"Minttl", c.dns.soa.min_ttl}, {"Refresh", c.dns.soa.refresh}, {"Retry", c.dns.soa.retry}};
}

} // namespace

free_form debug_config(const config::runtime_config& c, const std::string& node_id) {
  free_form out = free_form::object();
  out["ACLsEnabled"] = c.acl.enabled;
  out["ACLInitialManagementToken"] = "hidden";
  out["EncryptKey"] = "hidden";
  out["Bootstrap"] = c.bootstrap;
  out["BootstrapExpect"] = c.bootstrap_expect;
  out["ConnectEnabled"] = c.connect.enabled;
  out["ConnectCAProvider"] = c.connect.ca_provider;
  out["DataDir"] = c.data_dir;
  out["Datacenter"] = c.datacenter;
  out["PrimaryDatacenter"] = c.primary_datacenter;
  out["DevMode"] = c.dev_mode;
  out["DisableRemoteExec"] = c.disable_remote_exec;
  out["DiscardCheckOutput"] = c.discard_check_output;
  out["EnableDebug"] = c.enable_debug;
  out["EnableLocalScriptChecks"] = c.enable_local_script_checks;
  out["EnableRemoteScriptChecks"] = c.enable_script_checks;
  out["LeaveOnTerm"] = c.leave_on_terminate;
  out["SkipLeaveOnInt"] = c.skip_leave_on_interrupt;
  out["Logging"] = {{"LogLevel", c.log.level}, {"LogJSON", c.log.json}, {"LogFilePath", c.log.file}};
  out["NodeID"] = node_id;
  out["NodeName"] = c.node_name;
  out["NodeMeta"] = c.node_meta;
  out["PidFile"] = c.pid_file;
  out["ServerMode"] = c.server;
  out["TranslateWANAddrs"] = c.translate_wan_addrs;
  out["UnixSocketUser"] = c.unix_socket_user;
  out["UnixSocketGroup"] = c.unix_socket_group;
  out["UnixSocketMode"] = c.unix_socket_mode;
  out["UseStreamingBackend"] = c.use_streaming_backend;
  out["Version"] = std::string(followed_release);
  out["Revision"] = "";
  add_addresses(out, c);
  add_limits(out, c);
  add_dns(out, c);
  return out;
}

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
  local->checks.for_each([&](std::string_view, const local_check_ptr& check) { ttls += check->definition.ttl.count() > 0; });
  statistics out;
  out["agent"] = {{"check_monitors", "0"}, {"check_ttls", number(ttls)}, {"checks", number(local->checks.size())}, {"services", number(local->services.size())}};
  out["build"] = {{"prerelease", ""}, {"revision", ""}, {"version", std::string(followed_release)}, {"version_metadata", ""}};
  auto leader = env.view().leader.get();
  out["consul"] = {{"acl", c->acl.enabled ? "enabled" : "disabled"}, {"bootstrap", c->bootstrap ? "true" : "false"},
                   {"known_datacenters", "1"}, {"leader", leader->is_leader ? "true" : "false"},
                   {"leader_addr", leader->leader_address}, {"server", c->server ? "true" : "false"}};
  std::string members = "[";
  for (const auto& s : raft.members.value.servers) {
    if (members.size() > 1) members += ' ';
    members += std::string("{Suffrage:") + (s.voter ? "Voter" : "Nonvoter") + " ID:" + s.who.id + " Address:" + s.address + "}";
  }
  auto role = raft.role == raft::role::leader ? "Leader" : raft.role == raft::role::follower ? "Follower" : "Candidate";
  auto peers = raft.members.value.voter_count();
  out["raft"] = {{"applied_index", number(raft.applied_index)}, {"commit_index", number(raft.commit_index)},
                 {"fsm_pending", number(raft.commit_index - raft.applied_index)}, {"last_contact", "0"},
                 {"last_log_index", number(raft.last_index)}, {"last_log_term", number(raft.last_term)},
                 {"last_snapshot_index", number(raft.snapshot_index)}, {"last_snapshot_term", number(raft.snapshot_term)},
                 {"latest_configuration", members + "]"}, {"latest_configuration_index", "0"},
                 {"num_peers", number(peers > 0 ? peers - 1 : 0)}, {"protocol_version", "3"}, {"protocol_version_max", "3"},
                 {"protocol_version_min", "0"}, {"snapshot_version_max", "1"}, {"snapshot_version_min", "0"},
                 {"state", role}, {"term", number(raft.term)}};
  auto cores = number(std::thread::hardware_concurrency());
  out["runtime"] = {{"arch", "amd64"}, {"cpu_count", cores}, {"goroutines", "0"}, {"max_procs", cores}, {"os", "linux"},
                    {"version", "praetor " + std::string(own_version)}};
  string_map pool{{"coordinate_resets", "0"}, {"encrypted", c->encrypt_key.empty() ? "false" : "true"},
                  {"event_queue", "0"}, {"event_time", "1"}, {"failed", "0"}, {"health_score", "0"}, {"intent_queue", "0"},
                  {"left", "0"}, {"member_time", "1"}, {"members", "1"}, {"query_queue", "0"}, {"query_time", "1"}};
  out["serf_lan"] = pool;
  out["serf_wan"] = pool;
  return out;
}

} // namespace praetor::endpoints
