#pragma once

#include "protocol/types/config_entries/service_resolver.hpp"
#include "protocol/types/config_entries/service_router.hpp"
#include "protocol/types/config_entries/service_splitter.hpp"

#include <functional>
#include <map>

/// The discovery chain of a service: its router, splitters and resolvers as one graph that ends in targets.
namespace praetor::mesh {

/// One of the places where a request may end: instances of a service, chosen by subset, datacenter or peer.
struct chain_target {
  nanoseconds connect_timeout{0};
  std::string id, service, service_subset, namespace_name, partition, datacenter, peer;
  mesh_gateway_config mesh_gateway;
  config_entries::resolver_subset subset;
  transparent_proxy_config transparent_proxy;
  bool external = false;
  std::string sni, name;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"ConnectTimeout", omit_empty | duration_text}, x.connect_timeout);
    f(field{"ID", omit_empty}, x.id);
    f(field{"Service", omit_empty}, x.service);
    f(field{"ServiceSubset", omit_empty}, x.service_subset);
    f(field{"Namespace", omit_empty}, x.namespace_name);
    f(field{"Partition", omit_empty}, x.partition);
    f(field{"Datacenter", omit_empty}, x.datacenter);
    f(field{"Peer", omit_empty}, x.peer);
    f(field{"MeshGateway"}, x.mesh_gateway);
    f(field{"Subset"}, x.subset);
    f(field{"TransparentProxy"}, x.transparent_proxy);
    f(field{"External", omit_empty}, x.external);
    f(field{"SNI", omit_empty}, x.sni);
    f(field{"Name", omit_empty}, x.name);
  }
};

struct chain_route {
  std::optional<config_entries::service_route> definition;
  std::string next_node;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Definition", omit_empty}, x.definition);
    f(field{"NextNode", omit_empty}, x.next_node);
  }
};
struct chain_split {
  std::optional<config_entries::service_split> definition;
  float weight = 0;
  std::string next_node;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Definition", omit_empty}, x.definition);
    f(field{"Weight", omit_empty}, x.weight);
    f(field{"NextNode", omit_empty}, x.next_node);
  }
};
struct chain_failover {
  string_list targets; ///< ids, in the order in which they are tried
  std::optional<config_entries::failover_policy> policy;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Targets", omit_empty}, x.targets);
    f(field{"Policy", omit_empty}, x.policy);
  }
};
struct chain_resolver {
  nanoseconds connect_timeout{0};
  bool is_default = false; ///< the service has no resolver, or one that says nothing
  nanoseconds request_timeout{0};
  std::string target; ///< id
  std::optional<chain_failover> failover;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"ConnectTimeout", omit_empty | duration_text}, x.connect_timeout);
    f(field{"Default", omit_empty}, x.is_default);
    f(field{"RequestTimeout", omit_empty}, x.request_timeout);
    f(field{"Target", omit_empty}, x.target);
    f(field{"Failover", omit_empty}, x.failover);
  }
};

/// A node of the graph: a router with routes, a splitter with splits, or a resolver.
struct chain_node {
  std::string type, name;
  std::vector<chain_route> routes;
  std::vector<chain_split> splits;
  std::optional<chain_resolver> resolver;
  std::optional<config_entries::load_balancer> load_balancer;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Type"}, x.type);
    f(field{"Name"}, x.name);
    f(field{"Routes", omit_empty}, x.routes);
    f(field{"Splits", omit_empty}, x.splits);
    f(field{"Resolver", omit_empty}, x.resolver);
    f(field{"LoadBalancer", omit_empty}, x.load_balancer);
  }
  std::string key() const { return type + ":" + name; }
};

struct compiled_chain {
  std::string service_name, namespace_name, partition, datacenter;
  std::string customization_hash; ///< "" unless the request's overrides changed anything
  bool is_default = false;        ///< it leads to the service's own instances and nothing else
  std::string protocol;
  string_map service_meta;
  std::vector<envoy_extension> envoy_extensions;
  std::string start_node;
  std::map<std::string, chain_node> nodes;
  std::map<std::string, chain_target> targets;
  string_list auto_virtual_ips, manual_virtual_ips;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"ServiceName"}, x.service_name);
    f(field{"Namespace"}, x.namespace_name);
    f(field{"Partition"}, x.partition);
    f(field{"Datacenter"}, x.datacenter);
    f(field{"CustomizationHash", omit_empty}, x.customization_hash);
    f(field{"Default", omit_empty}, x.is_default);
    f(field{"Protocol", omit_empty}, x.protocol);
    f(field{"ServiceMeta", omit_empty}, x.service_meta);
    f(field{"EnvoyExtensions", omit_empty}, x.envoy_extensions);
    f(field{"StartNode", omit_empty}, x.start_node);
    f(field{"Nodes", omit_empty}, x.nodes);
    f(field{"Targets", omit_empty}, x.targets);
    f(field{"AutoVirtualIPs", null_if_empty}, x.auto_virtual_ips);
    f(field{"ManualVirtualIPs", null_if_empty}, x.manual_virtual_ips);
  }
};

/// Finds the configuration entry of a kind and a name; null: there is none.
using entry_lookup = std::function<config_entries::config_entry_ptr(std::string_view kind, const std::string& name)>;

/// What the asking proxy wants otherwise than the entries say; empty: nothing.
struct chain_overrides {
  static constexpr std::string_view type_name = "";

  mesh_gateway_config mesh_gateway;
  std::string protocol;
  nanoseconds connect_timeout{0};

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"OverrideMeshGateway"}, x.mesh_gateway);
    f(field{"OverrideProtocol"}, x.protocol);
    f(field{"OverrideConnectTimeout"}, x.connect_timeout);
  }
  bool empty() const { return mesh_gateway.mode.empty() && protocol.empty() && connect_timeout == nanoseconds{0}; }
};

/// What a chain is compiled from, beside the entries.
struct chain_request {
  std::string service, datacenter, trust_domain;
  chain_overrides overrides;
};

/// Most splits of one splitter once nested splitters are merged into it. Weights have steps of 0.01 percent.
inline constexpr std::size_t most_splits = 10'000;

/// Compiles a chain. Errors tell how entries do not fit together: different protocols, subsets that do not exist,
/// circles. (Consul: agent/consul/discoverychain/compile.go)
expected<compiled_chain> compile_chain(const chain_request& request, const entry_lookup& entries);

} // namespace praetor::mesh
