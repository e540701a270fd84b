#include "protocol/codec/structural_hash.hpp"

#include "protocol/types/catalog.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <sstream>

using namespace praetor;

namespace {

std::string hex(std::uint64_t hash) {
  std::ostringstream out;
  out << std::hex << hash;
  return out.str();
}

struct weights {
  static constexpr std::string_view type_name = "AgentWeights";
  std::int64_t passing = 1, warning = 1;
  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Passing"}, x.passing);
    f(field{"Warning"}, x.warning);
  }
};

struct proxy {
  static constexpr std::string_view type_name = "AgentServiceConnectProxyConfig";
  std::vector<envoy_extension> extensions;
  std::string destination, destination_id, local_address;
  std::int64_t local_port = 0;
  std::string socket_path, mode;
  std::optional<transparent_proxy_config> transparent;
  free_form config;
  std::vector<upstream> upstreams;
  mesh_gateway_config mesh_gateway;
  expose_config expose;
  std::optional<access_logs_config> access_logs;
  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"EnvoyExtensions"}, x.extensions);
    f(field{"DestinationServiceName"}, x.destination);
    f(field{"DestinationServiceID"}, x.destination_id);
    f(field{"LocalServiceAddress"}, x.local_address);
    f(field{"LocalServicePort"}, x.local_port);
    f(field{"LocalServiceSocketPath"}, x.socket_path);
    f(field{"Mode"}, x.mode);
    f(field{"TransparentProxy"}, x.transparent);
    f(field{"Config"}, x.config);
    f(field{"Upstreams"}, x.upstreams);
    f(field{"MeshGateway"}, x.mesh_gateway);
    f(field{"Expose"}, x.expose);
    f(field{"AccessLogs"}, x.access_logs);
  }
};

struct connect {
  static constexpr std::string_view type_name = "AgentServiceConnect";
  bool native = false;
  std::optional<weights> sidecar;
  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Native"}, x.native);
    f(field{"SidecarService"}, x.sidecar);
  }
};

struct agent_service {
  std::string kind, id, service;
  string_list tags;
  string_map meta;
  std::int64_t port = 0;
  std::string address, socket_path;
  std::map<std::string, service_address> tagged;
  weights weight;
  bool override_tags = false;
  std::uint64_t create_index = 0, modify_index = 0;
  std::string content_hash;
  std::optional<struct proxy> proxy;
  std::optional<struct connect> connect;
  std::string peer_name, datacenter = "dc1";
  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Kind"}, x.kind);
    f(field{"ID"}, x.id);
    f(field{"Service"}, x.service);
    f(field{"Tags"}, x.tags);
    f(field{"Meta"}, x.meta);
    f(field{"Port"}, x.port);
    f(field{"Address"}, x.address);
    f(field{"SocketPath"}, x.socket_path);
    f(field{"TaggedAddresses"}, x.tagged);
    f(field{"Weights"}, x.weight);
    f(field{"EnableTagOverride"}, x.override_tags);
    f(field{"CreateIndex"}, x.create_index);
    f(field{"ModifyIndex"}, x.modify_index);
    f(field{"ContentHash"}, x.content_hash);
    f(field{"Proxy"}, x.proxy);
    f(field{"Connect"}, x.connect);
    f(field{"PeerName"}, x.peer_name);
    f(field{"Datacenter", no_hash}, x.datacenter);
  }
};

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
};

} // namespace

TEST_CASE("a service's hash is the one that clients expect") {
  agent_service x;
  x.id = x.service = "foo";
  x.tags = {"bar", "baz"};
  x.port = 8000;
  CHECK(hex(structural_hash(x)) == "3e352f348d44f7eb");
  x.datacenter = "elsewhere";
  CHECK(hex(structural_hash(x)) == "3e352f348d44f7eb");

  agent_service plain;
  plain.id = "x2", plain.service = "web2", plain.port = 80;
  CHECK(hex(structural_hash(plain)) == "17d09ed82c23b94a");

  agent_service native;
  native.id = "x3", native.service = "web3", native.port = 80;
  native.connect = connect{.native = true, .sidecar = {}};
  CHECK(hex(structural_hash(native)) == "f558e0f9a5d9bbf8");
}

TEST_CASE("a proxy's hash covers its free-form configuration") {
  agent_service x;
  x.kind = "connect-proxy", x.id = "x4-sidecar-proxy", x.service = "web4-sidecar-proxy", x.port = 21000;
  proxy p;
  p.destination = "web4", p.destination_id = "x4", p.local_address = "127.0.0.1", p.local_port = 80;
  p.config.json() = {{"a", 1.0}};
  p.mesh_gateway.mode = "local";
  x.proxy = p;
  CHECK(hex(structural_hash(x)) == "fe9ce7b6a15e0276");
  x.proxy->config.json() = {{"a", 1}};
  CHECK(hex(structural_hash(x)) == "fe9ce7b6a15e0276");
}

TEST_CASE("the overrides of a discovery chain hash to its customization hash") {
  CHECK(hex(structural_hash(chain_overrides{{"local"}, "grpc", std::chrono::seconds{22}})).substr(0, 8) == "98809527");
  CHECK(hex(structural_hash(chain_overrides{{}, "http", std::chrono::seconds{7}})).substr(0, 8) == "89a4d3b7");
}
