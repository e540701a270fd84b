#pragma once

#include "protocol/types/field.hpp"
#include "protocol/types/values.hpp"

#include <memory>

namespace praetor {

/// The location of a node or a service instance.
struct locality {
  std::string region, zone;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Region", omit_empty}, x.region);
    f(field{"Zone", omit_empty}, x.zone);
  }
  bool operator==(const locality&) const = default;
};

/// One machine of the datacenter as the catalog keeps it.
struct node {
  std::string id; ///< UUID, lower case; empty for nodes registered without one
  std::string name;
  std::string address;
  std::string datacenter;
  std::string peer_name;
  string_map tagged_addresses;
  string_map meta;
  std::optional<praetor::locality> locality;
  std::uint64_t create_index = 0;
  std::uint64_t modify_index = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"ID"}, x.id);
    f(field{"Node"}, x.name);
    f(field{"Address"}, x.address);
    f(field{"Datacenter"}, x.datacenter);
    f(field{"PeerName", omit_empty}, x.peer_name);
    f(field{"TaggedAddresses", null_if_empty}, x.tagged_addresses);
    f(field{"Meta", null_if_empty}, x.meta);
    f(field{"Locality", omit_empty | no_filter}, x.locality);
    f(field{"CreateIndex", no_filter | not_compared}, x.create_index);
    f(field{"ModifyIndex", no_filter | not_compared}, x.modify_index);
  }
  bool operator==(const node&) const = default;
};

/// The address of a service instance for one kind of client (lan, wan, ...).
struct service_address {
  std::string address;
  std::int64_t port = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Address"}, x.address);
    f(field{"Port"}, x.port);
  }
  bool operator==(const service_address&) const = default;
};

/// DNS SRV weights by aggregated status.
struct service_weights {
  static constexpr std::string_view type_name = "Weights";

  std::int64_t passing = 1;
  std::int64_t warning = 1;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Passing"}, x.passing);
    f(field{"Warning"}, x.warning);
  }
  bool operator==(const service_weights&) const = default;
};

struct mesh_gateway_config {
  std::string mode;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Mode", omit_empty}, x.mode);
  }
  bool operator==(const mesh_gateway_config&) const = default;
};

struct transparent_proxy_config {
  std::int64_t outbound_listener_port = 0;
  bool dialed_directly = false;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"OutboundListenerPort", omit_empty, {}, "outbound_listener_port"}, x.outbound_listener_port);
    f(field{"DialedDirectly", omit_empty, {}, "dialed_directly"}, x.dialed_directly);
  }
  bool operator==(const transparent_proxy_config&) const = default;
};

struct access_logs_config {
  bool enabled = false;
  bool disable_listener_logs = false;
  std::string type, path, json_format, text_format;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Enabled", omit_empty}, x.enabled);
    f(field{"DisableListenerLogs", omit_empty, {}, "disable_listener_logs"}, x.disable_listener_logs);
    f(field{"Type", omit_empty}, x.type);
    f(field{"Path", omit_empty}, x.path);
    f(field{"JSONFormat", omit_empty, {}, "json_format"}, x.json_format);
    f(field{"TextFormat", omit_empty, {}, "text_format"}, x.text_format);
  }
  bool operator==(const access_logs_config&) const = default;
};

struct expose_path {
  static constexpr std::string_view go_embedded = "Alias"; ///< see protocol/codec/type_naming.hpp

  std::int64_t listener_port = 0;
  std::string path;
  std::int64_t local_path_port = 0;
  std::string protocol;
  bool parsed_from_check = false;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"ListenerPort", omit_empty, {}, "listener_port"}, x.listener_port);
    f(field{"Path", omit_empty}, x.path);
    f(field{"LocalPathPort", omit_empty, {}, "local_path_port"}, x.local_path_port);
    f(field{"Protocol", omit_empty}, x.protocol);
    f(field{"ParsedFromCheck", omit_empty | no_key, {}, "parsed_from_check"}, x.parsed_from_check);
  }
  bool operator==(const expose_path&) const = default;
};

struct expose_config {
  bool checks = false;
  std::vector<expose_path> paths;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Checks", omit_empty}, x.checks);
    f(field{"Paths", omit_empty}, x.paths);
  }
  bool operator==(const expose_config&) const = default;
};

struct envoy_extension {
  std::string name;
  bool required = false;
  free_form arguments;
  std::string consul_version, envoy_version;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Name"}, x.name);
    f(field{"Required"}, x.required);
    f(field{"Arguments", no_filter}, x.arguments);
    f(field{"ConsulVersion", field_flags::none, {}, "consul_version"}, x.consul_version);
    f(field{"EnvoyVersion", field_flags::none, {}, "envoy_version"}, x.envoy_version);
  }
  bool operator==(const envoy_extension&) const = default;
};

/// A service for which a proxy opens a local port.
struct upstream {
  static constexpr std::string_view go_embedded = "Alias"; ///< see protocol/codec/type_naming.hpp

  std::string destination_type, destination_namespace, destination_partition, destination_peer, destination_name;
  std::string datacenter;
  std::string local_bind_address;
  std::int64_t local_bind_port = 0;
  std::string local_bind_socket_path, local_bind_socket_mode;
  free_form config;
  mesh_gateway_config mesh_gateway;
  bool centrally_configured = false;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field::aliased("DestinationType", "destination_type"), x.destination_type);
    f(field::aliased("DestinationNamespace", "destination_namespace", omit_empty), x.destination_namespace);
    f(field::aliased("DestinationPartition", "destination_partition", omit_empty), x.destination_partition);
    f(field::aliased("DestinationPeer", "destination_peer", omit_empty), x.destination_peer);
    f(field::aliased("DestinationName", "destination_name"), x.destination_name);
    f(field{"Datacenter"}, x.datacenter);
    f(field::aliased("LocalBindAddress", "local_bind_address", omit_empty), x.local_bind_address);
    f(field::aliased("LocalBindPort", "local_bind_port", omit_empty), x.local_bind_port);
    f(field::aliased("LocalBindSocketPath", "local_bind_socket_path", omit_empty), x.local_bind_socket_path);
    f(field::aliased("LocalBindSocketMode", "local_bind_socket_mode", omit_empty), x.local_bind_socket_mode);
    f(field{"Config", omit_empty | no_filter}, x.config);
    f(field::aliased("MeshGateway", "mesh_gateway"), x.mesh_gateway);
    f(field{"CentrallyConfigured", omit_empty | no_filter | no_key}, x.centrally_configured);
  }
  bool operator==(const upstream&) const = default;
};

/// The configuration of a sidecar or gateway instance (server-side form).
struct proxy_config {
  static constexpr std::string_view go_embedded = "Alias"; ///< see protocol/codec/type_naming.hpp

  std::optional<transparent_proxy_config> transparent_proxy;
  std::optional<access_logs_config> access_logs;
  std::vector<envoy_extension> envoy_extensions;
  std::string destination_service_name, destination_service_id;
  std::string local_service_address;
  std::int64_t local_service_port = 0;
  std::string local_service_socket_path;
  std::string mode;
  free_form config;
  std::vector<upstream> upstreams;
  mesh_gateway_config mesh_gateway;
  expose_config expose;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field::aliased("TransparentProxy", "transparent_proxy", omit_empty), x.transparent_proxy);
    f(field::aliased("AccessLogs", "access_logs", omit_empty | no_key), x.access_logs);
    f(field::aliased("EnvoyExtensions", "envoy_extensions", omit_empty | no_key), x.envoy_extensions);
    f(field::aliased("DestinationServiceName", "destination_service_name", omit_empty), x.destination_service_name);
    f(field::aliased("DestinationServiceID", "destination_service_id", omit_empty), x.destination_service_id);
    f(field::aliased("LocalServiceAddress", "local_service_address", omit_empty), x.local_service_address);
    f(field::aliased("LocalServicePort", "local_service_port", omit_empty), x.local_service_port);
    f(field::aliased("LocalServiceSocketPath", "local_service_socket_path", omit_empty), x.local_service_socket_path);
    f(field{"Mode"}, x.mode);
    f(field{"Config", omit_empty | no_filter}, x.config);
    f(field{"Upstreams", omit_empty}, x.upstreams);
    f(field::aliased("MeshGateway", "mesh_gateway"), x.mesh_gateway);
    f(field{"Expose"}, x.expose);
  }
  bool operator==(const proxy_config&) const = default;
};

struct peering_service_meta {
  string_list sni, spiffe_id;
  std::string protocol;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"SNI", omit_empty}, x.sni);
    f(field{"SpiffeID", omit_empty}, x.spiffe_id);
    f(field{"Protocol", omit_empty}, x.protocol);
  }
  bool operator==(const peering_service_meta&) const = default;
};

/// What a definition and the catalog have alike of a service's part in the mesh.
struct connect_properties {
  bool native = false;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Native", omit_empty}, x.native);
  }
  bool operator==(const connect_properties&) const = default;
};

struct service_connect : connect_properties {
  static constexpr std::string_view go_embedded = "Alias"; ///< see protocol/codec/type_naming.hpp
  static constexpr bool json_lenient = true;               ///< clients may send unknown fields

  std::optional<peering_service_meta> peer_meta;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    connect_properties::fields(f, x);
    f(field{"PeerMeta", omit_empty | no_filter}, x.peer_meta);
  }
  bool operator==(const service_connect&) const = default;
};

/// What a definition and the catalog have alike of a service instance.
struct service_properties {
  std::string kind; ///< "" typical, connect-proxy, mesh-gateway, ...
  std::string id;   ///< unique on its node
  std::string name;
  string_list tags;
  std::string address;
  std::map<std::string, service_address> tagged_addresses;
  string_map meta;
  std::int64_t port = 0;
  std::string socket_path;
  bool enable_tag_override = false;
  std::optional<praetor::locality> locality;

  bool operator==(const service_properties&) const = default;
};

/// One instance of a service on a node (NodeService).
struct node_service : service_properties {
  std::optional<service_weights> weights;
  proxy_config proxy;
  service_connect connect;
  bool locally_registered_as_sidecar = false;
  std::string peer_name;
  std::uint64_t create_index = 0;
  std::uint64_t modify_index = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Kind", omit_empty}, x.kind);
    f(field{"ID"}, x.id);
    f(field{"Service"}, x.name);
    f(field{"Tags"}, x.tags);
    f(field{"Address"}, x.address);
    f(field{"TaggedAddresses", omit_empty}, x.tagged_addresses);
    f(field{"Meta", null_if_empty}, x.meta);
    f(field{"Port", omit_empty}, x.port);
    f(field{"SocketPath", omit_empty}, x.socket_path);
    f(field{"Weights"}, x.weights);
    f(field{"EnableTagOverride"}, x.enable_tag_override);
    f(field{"Locality", omit_empty | no_filter}, x.locality);
    f(field{"Proxy"}, x.proxy);
    f(field{"Connect"}, x.connect);
    f(field{"LocallyRegisteredAsSidecar", no_json | no_filter | not_compared}, x.locally_registered_as_sidecar);
    f(field{"PeerName"}, x.peer_name);
    f(field{"CreateIndex", no_filter | not_compared}, x.create_index);
    f(field{"ModifyIndex", no_filter | not_compared}, x.modify_index);
  }
  bool operator==(const node_service&) const = default;
};

/// How a check runs, as the catalog shows it.
struct health_check_definition {
  static constexpr std::string_view go_embedded = "Alias"; ///< see protocol/codec/type_naming.hpp
  static constexpr bool json_lenient = true;               ///< clients may send unknown fields

  nanoseconds interval{0};
  std::uint64_t output_max_size = 0;
  nanoseconds timeout{0};
  nanoseconds deregister_critical_service_after{0};
  std::string http, tls_server_name;
  bool tls_skip_verify = false;
  std::map<std::string, string_list> header;
  std::string method, body;
  bool disable_redirects = false;
  std::string tcp;
  bool tcp_use_tls = false;
  std::string udp, h2ping, os_service;
  bool h2ping_use_tls = false;
  string_list script_args;
  std::string docker_container_id, shell, grpc;
  bool grpc_use_tls = false;
  std::string alias_node, alias_service;
  nanoseconds ttl{0};

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Interval", omit_empty | duration_text}, x.interval);
    f(field{"OutputMaxSize", omit_empty}, x.output_max_size);
    f(field{"Timeout", omit_empty | duration_text}, x.timeout);
    f(field{"DeregisterCriticalServiceAfter", omit_empty | duration_text}, x.deregister_critical_service_after);
    f(field{"HTTP", omit_empty}, x.http);
    f(field{"TLSServerName", omit_empty}, x.tls_server_name);
    f(field{"TLSSkipVerify", omit_empty}, x.tls_skip_verify);
    f(field{"Header", omit_empty}, x.header);
    f(field{"Method", omit_empty}, x.method);
    f(field{"Body", omit_empty}, x.body);
    f(field{"DisableRedirects", omit_empty}, x.disable_redirects);
    f(field{"TCP", omit_empty}, x.tcp);
    f(field{"TCPUseTLS", omit_empty}, x.tcp_use_tls);
    f(field{"UDP", omit_empty}, x.udp);
    f(field{"H2PING", omit_empty}, x.h2ping);
    f(field{"OSService", omit_empty}, x.os_service);
    f(field{"H2PingUseTLS", omit_empty}, x.h2ping_use_tls);
    f(field{"ScriptArgs", omit_empty}, x.script_args);
    f(field{"DockerContainerID", omit_empty}, x.docker_container_id);
    f(field{"Shell", omit_empty}, x.shell);
    f(field{"GRPC", omit_empty}, x.grpc);
    f(field{"GRPCUseTLS", omit_empty}, x.grpc_use_tls);
    f(field{"AliasNode", omit_empty}, x.alias_node);
    f(field{"AliasService", omit_empty}, x.alias_service);
    f(field{"TTL", omit_empty}, x.ttl);
  }
  bool operator==(const health_check_definition&) const = default;
};

inline constexpr std::string_view health_passing = "passing";
inline constexpr std::string_view health_warning = "warning";
inline constexpr std::string_view health_critical = "critical";
inline constexpr std::string_view health_maintenance = "maintenance";

/// The result of one health check of a node or of a service instance.
struct health_check {
  std::string node;
  std::string check_id; ///< unique on its node
  std::string name;
  std::string status; ///< passing, warning, critical
  std::string notes, output;
  std::string service_id, service_name; ///< empty for a node check
  string_list service_tags;
  std::string type;
  std::string interval, timeout; ///< for display only: "" or a Go duration
  std::int64_t exposed_port = 0;
  std::string peer_name;
  health_check_definition definition;
  std::uint64_t create_index = 0;
  std::uint64_t modify_index = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Node", fold_case}, x.node);
    f(field{"CheckID"}, x.check_id);
    f(field{"Name"}, x.name);
    f(field{"Status"}, x.status);
    f(field{"Notes"}, x.notes);
    f(field{"Output"}, x.output);
    f(field{"ServiceID"}, x.service_id);
    f(field{"ServiceName"}, x.service_name);
    f(field{"ServiceTags"}, x.service_tags);
    f(field{"Type", not_compared}, x.type);
    f(field{"Interval", not_compared}, x.interval);
    f(field{"Timeout", not_compared}, x.timeout);
    f(field{"ExposedPort", not_compared}, x.exposed_port);
    f(field{"PeerName", omit_empty}, x.peer_name);
    f(field{"Definition", no_filter}, x.definition);
    f(field{"CreateIndex", no_filter | not_compared}, x.create_index);
    f(field{"ModifyIndex", no_filter | not_compared}, x.modify_index);
  }
  bool operator==(const health_check&) const = default;
};

using node_ptr = std::shared_ptr<const node>;
using node_service_ptr = std::shared_ptr<const node_service>;
using health_check_ptr = std::shared_ptr<const health_check>;

/// An instance with its node and all checks that apply to it (health endpoints).
struct service_entry {
  node_ptr node;
  node_service_ptr service;
  std::vector<health_check_ptr> checks; ///< the instance's and the node's

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Node"}, x.node);
    f(field{"Service"}, x.service);
    f(field{"Checks"}, x.checks);
  }
};

/// An instance flattened with its node (catalog/service).
struct service_node {
  std::string id, node, address, datacenter;
  string_map tagged_addresses, node_meta;
  std::string service_kind, service_id, service_name;
  string_list service_tags;
  std::string service_address_text;
  std::map<std::string, service_address> service_tagged_addresses;
  service_weights weights;
  string_map service_meta;
  std::int64_t service_port = 0;
  std::string service_socket_path;
  bool enable_tag_override = false;
  proxy_config proxy;
  service_connect connect;
  std::optional<praetor::locality> locality;
  std::string peer_name;
  std::uint64_t create_index = 0;
  std::uint64_t modify_index = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"ID"}, x.id);
    f(field{"Node"}, x.node);
    f(field{"Address"}, x.address);
    f(field{"Datacenter"}, x.datacenter);
    f(field{"TaggedAddresses", null_if_empty}, x.tagged_addresses);
    f(field{"NodeMeta", null_if_empty}, x.node_meta);
    f(field{"ServiceKind"}, x.service_kind);
    f(field{"ServiceID"}, x.service_id);
    f(field{"ServiceName"}, x.service_name);
    f(field{"ServiceTags"}, x.service_tags);
    f(field{"ServiceAddress"}, x.service_address_text);
    f(field{"ServiceTaggedAddresses", omit_empty}, x.service_tagged_addresses);
    f(field{"ServiceWeights"}, x.weights);
    f(field{"ServiceMeta"}, x.service_meta);
    f(field{"ServicePort"}, x.service_port);
    f(field{"ServiceSocketPath"}, x.service_socket_path);
    f(field{"ServiceEnableTagOverride"}, x.enable_tag_override);
    f(field{"ServiceProxy"}, x.proxy);
    f(field{"ServiceConnect"}, x.connect);
    f(field{"ServiceLocality", no_filter}, x.locality);
    f(field{"PeerName", omit_empty}, x.peer_name);
    f(field{"CreateIndex", no_filter}, x.create_index);
    f(field{"ModifyIndex", no_filter}, x.modify_index);
  }
};

/// Flattens an instance and its node.
service_node flatten(const node& n, const node_service& s);

} // namespace praetor
