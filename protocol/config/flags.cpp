#include <algorithm>

#include "protocol/config/load.hpp"

namespace praetor::config {

namespace {

std::vector<agent_flag> make_flags() {
  using k = flag_kind;
  std::vector<agent_flag> f = {
      {"config-file", "", k::text_list, "File to read configuration from; may be given several times."},
      {"config-dir", "", k::text_list,
       "Directory whose .hcl and .json files are read in the order of their names; may be given several times."},
      {"config-format", "", k::text, "Read every configuration file as `hcl` or `json`, whatever its name ends in."},
      {"hcl", "", k::text_list, "A piece of configuration, applied after everything else; may be given several times."},
      {"dev", "", k::boolean, "Start a server for development: in memory, on loopback, its own cluster."},
      {"advertise", "advertise_addr", k::text, "Address that other members reach this agent at."},
      {"advertise-wan", "advertise_addr_wan", k::text,
       "Address that servers of other datacenters reach this server at."},
      {"allow-write-http-from", "http_config.allow_write_http_from", k::text_list,
       "Network (CIDR) whose clients may write through the agent's endpoints; may be given several times."},
      {"alt-domain", "alt_domain", k::text, "Second domain that DNS answers for."},
      {"auto-reload-config", "auto_reload_config", k::boolean,
       "Watch the configuration files and reload when they change."},
      {"bind", "bind_addr", k::text, "Address to listen on for the traffic between members."},
      {"bootstrap", "bootstrap", k::boolean, "Let a single server elect itself."},
      {"bootstrap-expect", "bootstrap_expect", k::integer, "Number of servers to wait for before the first election."},
      {"check_output_max_size", "check_output_max_size", k::integer, "Most bytes of output that are kept of a check."},
      {"client", "client_addr", k::text, "Addresses to listen on for clients: DNS, HTTP, HTTPS, gRPC."},
      {"data-dir", "data_dir", k::text, "Directory that keeps the agent's state."},
      {"datacenter", "datacenter", k::text, "Datacenter of this agent."},
      {"default-query-time", "default_query_time", k::duration,
       "How long a blocking query waits when it does not say."},
      {"disable-host-node-id", "disable_host_node_id", k::boolean,
       "Choose the node ID at random instead of deriving it from the machine."},
      {"disable-keyring-file", "disable_keyring_file", k::boolean, "Keep the gossip key ring in memory only."},
      {"dns-port", "ports.dns", k::integer, "DNS port."},
      {"domain", "domain", k::text, "Domain that DNS answers for."},
      {"enable-local-script-checks", "enable_local_script_checks", k::boolean,
       "Allow script checks that come from configuration files."},
      {"enable-script-checks", "enable_script_checks", k::boolean,
       "Allow script checks from configuration files and from HTTP."},
      {"encrypt", "encrypt", k::text, "Gossip key in base64."},
      {"grpc-port", "ports.grpc", k::integer, "gRPC port without TLS."},
      {"grpc-tls-port", "ports.grpc_tls", k::integer, "gRPC port with TLS."},
      {"http-port", "ports.http", k::integer, "HTTP port."},
      {"https-port", "ports.https", k::integer, "HTTPS port."},
      {"join", "start_join", k::text_list, "Replaced by -retry-join.", "retry-join"},
      {"join-wan", "start_join_wan", k::text_list, "Replaced by -retry-join-wan.", "retry-join-wan"},
      {"log-file", "log_file", k::text, "File that the log is written to as well."},
      {"log-json", "log_json", k::boolean, "Write log lines as JSON."},
      {"log-level", "log_level", k::text, "Least level of log lines: trace, debug, info, warn, error."},
      {"log-rotate-bytes", "log_rotate_bytes", k::integer, "Size at which the log file is rotated."},
      {"log-rotate-duration", "log_rotate_duration", k::duration, "Age at which the log file is rotated."},
      {"log-rotate-max-files", "log_rotate_max_files", k::integer, "Number of rotated log files to keep."},
      {"max-query-time", "max_query_time", k::duration, "Longest wait of a blocking query."},
      {"node", "node_name", k::text, "Name of this node, unique in its datacenter."},
      {"node-id", "node_id", k::text, "UUID of this node."},
      {"node-meta", "node_meta", k::text_map,
       "A `key:value` pair of this node's metadata; may be given several times."},
      {"non-voting-server", "read_replica", k::boolean, "Enterprise only, replaced by -read-replica.", "read-replica"},
      {"pid-file", "pid_file", k::text, "File that the process ID is written to."},
      {"primary-gateway", "primary_gateways", k::text_list,
       "Address of a mesh gateway of the primary datacenter; may be given several times."},
      {"protocol", "protocol", k::integer, "Protocol version to speak."},
      {"raft-protocol", "raft_protocol", k::integer, "Raft protocol version to speak."},
      {"read-replica", "read_replica", k::boolean, "Enterprise only."},
      {"recursor", "recursors", k::text_list, "DNS server for names of other domains; may be given several times."},
      {"rejoin", "rejoin_after_leave", k::boolean, "Rejoin the members known before, even after a leave."},
      {"retry-interval", "retry_interval", k::duration,
       "Time between attempts to join, after shorter ones at the start."},
      {"retry-interval-wan", "retry_interval_wan", k::duration, "Time between attempts to join over the WAN."},
      {"retry-join", "retry_join", k::text_list,
       "Address of a member to join, retried until it works; may be given several times."},
      {"retry-join-wan", "retry_join_wan", k::text_list,
       "Address of a server of another datacenter to join; may be given several times."},
      {"retry-max", "retry_max", k::integer,
       "Attempts to join, one an interval, before the agent gives up; 0 means no limit."},
      {"retry-max-wan", "retry_max_wan", k::integer, "The same for joining over the WAN."},
      {"segment", "segment", k::text, "Enterprise only."},
      {"serf-lan-allowed-cidrs", "serf_lan_allowed_cidrs", k::text_list,
       "Network (CIDR) that LAN members may come from; may be given several times."},
      {"serf-lan-bind", "serf_lan", k::text, "Address to listen on for LAN gossip."},
      {"serf-lan-port", "ports.serf_lan", k::integer, "LAN gossip port."},
      {"serf-wan-allowed-cidrs", "serf_wan_allowed_cidrs", k::text_list,
       "Network (CIDR) that WAN members may come from; may be given several times."},
      {"serf-wan-bind", "serf_wan", k::text, "Address to listen on for WAN gossip."},
      {"serf-wan-port", "ports.serf_wan", k::integer, "WAN gossip port."},
      {"server", "server", k::boolean, "Be a server."},
      {"server-port", "ports.server", k::integer, "Port for the traffic between servers."},
      {"syslog", "enable_syslog", k::boolean, "Send the log to syslog too."},
      {"ui", "ui_config.enabled", k::boolean, "Serve the web interface."},
      {"ui-content-path", "ui_config.content_path", k::text, "Path that the web interface is served under."},
      {"ui-dir", "ui_config.dir", k::text, "Directory with the files of the web interface."},
  };
  std::ranges::sort(f, {}, &agent_flag::name);
  return f;
}

} // namespace

const std::vector<agent_flag>& agent_flags() {
  static const auto all = make_flags();
  return all;
}

} // namespace praetor::config
