#pragma once

#include "actors/registry/local_state.hpp"
#include "protocol/types/catalog.hpp"

#include <algorithm>
#include <iterator>

namespace praetor::api {

// The JSON shapes of the agent's own endpoints: the records of the catalog, with their fields in another order and with
// other flags. Fields that an order does not name follow as in the catalog.

/// Visits the fields that `all` visits: first those of `order`, with the flags that they have there, then the others.
template <std::size_t N, class F, class All>
void visit_in_order(const field (&order)[N], F& f, const All& all) {
  for (const auto& shown : order)
    all([&](const field& stored, auto& member) {
      if (stored.name == shown.name) f(shown, member);
    });
  all([&](const field& stored, auto& member) {
    if (std::ranges::find(order, stored.name, &field::name) == std::end(order)) f(stored, member);
  });
}

struct agent_weights : service_weights {
  static constexpr std::string_view type_name = "AgentWeights";
};

struct agent_locality : locality {
  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    static constexpr field order[] = {{"Region"}, {"Zone"}};
    visit_in_order(order, f, [&](const auto& visit) { locality::fields(visit, x); });
  }
};

struct agent_upstream : upstream {
  static constexpr std::string_view type_name = "Upstream";

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    static constexpr field order[] = {{"DestinationType", omit_empty},
                                      {"DestinationPartition", omit_empty},
                                      {"DestinationNamespace", omit_empty},
                                      {"DestinationPeer", omit_empty},
                                      {"DestinationName"},
                                      {"Datacenter", omit_empty}};
    visit_in_order(order, f, [&](const auto& visit) { upstream::fields(visit, x); });
  }
};

struct agent_proxy : proxy_config {
  static constexpr std::string_view type_name = "AgentServiceConnectProxyConfig";
  std::vector<agent_upstream> shown_upstreams; ///< stands for `upstreams`

  agent_proxy() = default;
  explicit agent_proxy(const proxy_config& stored) : proxy_config(stored) {
    for (auto& u : upstreams) shown_upstreams.push_back({std::move(u)});
    upstreams.clear();
  }

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    static constexpr field order[] = {{"EnvoyExtensions", omit_empty},
                                      {"DestinationServiceName", omit_empty},
                                      {"DestinationServiceID", omit_empty},
                                      {"LocalServiceAddress", omit_empty},
                                      {"LocalServicePort", omit_empty},
                                      {"LocalServiceSocketPath", omit_empty},
                                      {"Mode", omit_empty},
                                      {"TransparentProxy", omit_empty},
                                      {"Config", omit_empty | no_filter},
                                      {"Upstreams", omit_empty},
                                      {"MeshGateway"},
                                      {"Expose"},
                                      {"AccessLogs", omit_empty}};
    auto all = [&](const auto& visit) {
      proxy_config::fields(
          [&]<class Member>(const field& stored, Member& member) {
            if constexpr (std::same_as<std::remove_const_t<Member>, std::vector<upstream>>)
              visit(stored, x.shown_upstreams);
            else
              visit(stored, member);
          },
          x);
    };
    visit_in_order(order, f, all);
  }
};

struct agent_connect : connect_properties {
  static constexpr std::string_view type_name = "AgentServiceConnect";
  std::optional<int> sidecar_service; ///< always absent, which affects the hash

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    connect_properties::fields(f, x);
    f(field{"SidecarService", omit_empty | no_filter}, x.sidecar_service);
  }
};

struct agent_service : node_service {
  static constexpr std::string_view type_name = "AgentService";
  // These stand for members of the record.
  agent_weights shown_weights;
  std::optional<agent_proxy> shown_proxy; ///< only of proxies and gateways
  std::optional<agent_connect> shown_connect;
  std::optional<agent_locality> shown_locality;
  std::string content_hash, datacenter;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    static constexpr field order[] = {
        {"Kind", omit_empty},
        {"ID"},
        {"Service"},
        {"Tags"},
        {"Meta"},
        {"Port"},
        {"Address"},
        {"SocketPath", omit_empty},
        {"TaggedAddresses", omit_empty},
        {"Weights"},
        {"EnableTagOverride"},
        {"CreateIndex", omit_empty | no_filter},
        {"ModifyIndex", omit_empty | no_filter},
        {"ContentHash", omit_empty | no_filter},
        {"Proxy", omit_empty},
        {"Connect", omit_empty},
        {"PeerName", omit_empty},
        {"Datacenter", omit_empty | no_hash | no_filter},
        {"Locality", omit_empty | no_hash | no_filter},
        {"LocallyRegisteredAsSidecar", no_json | no_hash | no_filter},
    };
    auto all = [&](const auto& visit) {
      node_service::fields(
          [&]<class Member>(const field& stored, Member& member) {
            using record = std::remove_const_t<Member>;
            if constexpr (std::same_as<record, std::optional<service_weights>>)
              visit(stored, x.shown_weights);
            else if constexpr (std::same_as<record, proxy_config>)
              visit(stored, x.shown_proxy);
            else if constexpr (std::same_as<record, service_connect>)
              visit(stored, x.shown_connect);
            else if constexpr (std::same_as<record, std::optional<praetor::locality>>)
              visit(stored, x.shown_locality);
            else
              visit(stored, member);
          },
          x);
      visit(field{"ContentHash"}, x.content_hash);
      visit(field{"Datacenter"}, x.datacenter);
    };
    visit_in_order(order, f, all);
  }
};

/// A service as agent/services shows it, without its hash.
agent_service to_agent_service(const node_service& s, const std::string& datacenter);
/// The hash for blocking queries, lower-case hexadecimal.
std::string content_hash(const agent_service& s);

/// A check's definition with all members.
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
