#pragma once

#include "actors/registry/local_state.hpp"
#include "protocol/types/catalog.hpp"

namespace praetor::api {

// What the agent's own endpoints show. The catalog's shapes differ in order and in what is left out.

struct agent_weights {
  static constexpr std::string_view type_name = "AgentWeights";
  std::int64_t passing = 1, warning = 1;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Passing"}, x.passing);
    f(field{"Warning"}, x.warning);
  }
};

struct agent_locality {
  std::string region, zone;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Region"}, x.region);
    f(field{"Zone"}, x.zone);
  }
};

struct agent_upstream {
  static constexpr std::string_view type_name = "Upstream";
  upstream u;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"DestinationType", omit_empty}, x.u.destination_type);
    f(field{"DestinationPartition", omit_empty}, x.u.destination_partition);
    f(field{"DestinationNamespace", omit_empty}, x.u.destination_namespace);
    f(field{"DestinationPeer", omit_empty}, x.u.destination_peer);
    f(field{"DestinationName"}, x.u.destination_name);
    f(field{"Datacenter", omit_empty}, x.u.datacenter);
    f(field{"LocalBindAddress", omit_empty}, x.u.local_bind_address);
    f(field{"LocalBindPort", omit_empty}, x.u.local_bind_port);
    f(field{"LocalBindSocketPath", omit_empty}, x.u.local_bind_socket_path);
    f(field{"LocalBindSocketMode", omit_empty}, x.u.local_bind_socket_mode);
    f(field{"Config", omit_empty | no_filter}, x.u.config);
    f(field{"MeshGateway"}, x.u.mesh_gateway);
    f(field{"CentrallyConfigured", omit_empty | no_filter}, x.u.centrally_configured);
  }
};

struct agent_proxy {
  static constexpr std::string_view type_name = "AgentServiceConnectProxyConfig";
  proxy_config p;
  std::vector<agent_upstream> upstreams;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"EnvoyExtensions", omit_empty}, x.p.envoy_extensions);
    f(field{"DestinationServiceName", omit_empty}, x.p.destination_service_name);
    f(field{"DestinationServiceID", omit_empty}, x.p.destination_service_id);
    f(field{"LocalServiceAddress", omit_empty}, x.p.local_service_address);
    f(field{"LocalServicePort", omit_empty}, x.p.local_service_port);
    f(field{"LocalServiceSocketPath", omit_empty}, x.p.local_service_socket_path);
    f(field{"Mode", omit_empty}, x.p.mode);
    f(field{"TransparentProxy", omit_empty}, x.p.transparent_proxy);
    f(field{"Config", omit_empty | no_filter}, x.p.config);
    f(field{"Upstreams", omit_empty}, x.upstreams);
    f(field{"MeshGateway"}, x.p.mesh_gateway);
    f(field{"Expose"}, x.p.expose);
    f(field{"AccessLogs", omit_empty}, x.p.access_logs);
  }
};

struct agent_connect {
  static constexpr std::string_view type_name = "AgentServiceConnect";
  bool native = false;
  std::optional<int> sidecar_service; ///< never shown; its absence counts in the hash

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Native", omit_empty}, x.native);
    f(field{"SidecarService", omit_empty | no_filter}, x.sidecar_service);
  }
};

struct agent_service {
  static constexpr std::string_view type_name = "AgentService";
  std::string kind, id, name;
  string_list tags;
  string_map meta;
  std::int64_t port = 0;
  std::string address, socket_path;
  std::map<std::string, service_address> tagged_addresses;
  agent_weights weights;
  bool enable_tag_override = false;
  std::uint64_t create_index = 0, modify_index = 0;
  std::string content_hash;
  std::optional<agent_proxy> proxy;
  std::optional<agent_connect> connect;
  std::string peer_name, datacenter;
  std::optional<agent_locality> locality;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Kind", omit_empty}, x.kind);
    f(field{"ID"}, x.id);
    f(field{"Service"}, x.name);
    f(field{"Tags"}, x.tags);
    f(field{"Meta"}, x.meta);
    f(field{"Port"}, x.port);
    f(field{"Address"}, x.address);
    f(field{"SocketPath", omit_empty}, x.socket_path);
    f(field{"TaggedAddresses", omit_empty}, x.tagged_addresses);
    f(field{"Weights"}, x.weights);
    f(field{"EnableTagOverride"}, x.enable_tag_override);
    f(field{"CreateIndex", omit_empty | no_filter}, x.create_index);
    f(field{"ModifyIndex", omit_empty | no_filter}, x.modify_index);
    f(field{"ContentHash", omit_empty | no_filter}, x.content_hash);
    f(field{"Proxy", omit_empty}, x.proxy);
    f(field{"Connect", omit_empty}, x.connect);
    f(field{"PeerName", omit_empty}, x.peer_name);
    f(field{"Datacenter", omit_empty | no_hash | no_filter}, x.datacenter);
    f(field{"Locality", omit_empty | no_hash | no_filter}, x.locality);
  }
};

/// A service as agent/services shows it, without its hash.
agent_service to_agent_service(const node_service& s, const std::string& datacenter);
/// The hash that clients wait on, lower-case hexadecimal.
std::string content_hash(const agent_service& s);

/// A check's definition with everything spelled out.
struct full_check_definition {
  nanoseconds interval{0}, timeout{0}, deregister_after{0};
  std::string http;
  std::map<std::string, string_list> header;
  std::string method, body, tls_server_name;
  bool tls_skip_verify = false;
  std::string tcp;
  bool tcp_use_tls = false;
  std::string udp, grpc, os_service;
  bool grpc_use_tls = false;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Interval", duration_text}, x.interval);
    f(field{"Timeout", duration_text}, x.timeout);
    f(field{"DeregisterCriticalServiceAfter", duration_text}, x.deregister_after);
    f(field{"HTTP"}, x.http);
    f(field{"Header", null_if_empty}, x.header);
    f(field{"Method"}, x.method);
    f(field{"Body"}, x.body);
    f(field{"TLSServerName"}, x.tls_server_name);
    f(field{"TLSSkipVerify"}, x.tls_skip_verify);
    f(field{"TCP"}, x.tcp);
    f(field{"TCPUseTLS"}, x.tcp_use_tls);
    f(field{"UDP"}, x.udp);
    f(field{"GRPC"}, x.grpc);
    f(field{"OSService"}, x.os_service);
    f(field{"GRPCUseTLS"}, x.grpc_use_tls);
  }
};

/// A check inside the answers of agent/health.
struct health_answer_check {
  std::string node, check_id, name, status, notes, output, service_id, service_name;
  string_list service_tags;
  std::string type;
  std::int64_t exposed_port = 0;
  full_check_definition definition;
  std::uint64_t create_index = 0, modify_index = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Node"}, x.node);
    f(field{"CheckID"}, x.check_id);
    f(field{"Name"}, x.name);
    f(field{"Status"}, x.status);
    f(field{"Notes"}, x.notes);
    f(field{"Output"}, x.output);
    f(field{"ServiceID"}, x.service_id);
    f(field{"ServiceName"}, x.service_name);
    f(field{"ServiceTags", null_if_empty}, x.service_tags);
    f(field{"Type"}, x.type);
    f(field{"ExposedPort"}, x.exposed_port);
    f(field{"Definition"}, x.definition);
    f(field{"CreateIndex"}, x.create_index);
    f(field{"ModifyIndex"}, x.modify_index);
  }
};
health_answer_check to_health_answer(const health_check& c);

struct health_answer {
  std::string aggregated_status;
  std::optional<agent_service> service;
  std::optional<std::vector<health_answer_check>> checks;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"AggregatedStatus"}, x.aggregated_status);
    f(field{"Service"}, x.service);
    f(field{"Checks"}, x.checks);
  }
};

} // namespace praetor::api
