#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "protocol/types/catalog.hpp"
#include "protocol/types/field.hpp"
#include "protocol/types/values.hpp"

namespace praetor {

/// A heap-allocated optional, so that a type can contain its own type. Copies are deep.
template <class T>
class boxed {
public:
  boxed() = default;
  boxed(T value) : value_(std::make_unique<T>(std::move(value))) {}
  boxed(const boxed& other) : value_(other.value_ ? std::make_unique<T>(*other.value_) : nullptr) {}
  boxed(boxed&&) noexcept = default;
  boxed& operator=(boxed other) noexcept {
    value_ = std::move(other.value_);
    return *this;
  }
  ~boxed() = default;

  bool has_value() const { return value_ != nullptr; }
  explicit operator bool() const { return has_value(); }
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return value_.get(); }
  const T* operator->() const { return value_.get(); }
  T& emplace() { return *(value_ = std::make_unique<T>()); }
  void reset() { value_.reset(); }

  bool operator==(const boxed& other) const {
    return has_value() == other.has_value() && (!has_value() || *value_ == *other.value_);
  }

private:
  std::unique_ptr<T> value_;
};

/// A health check as defined in a configuration file, in a service definition or in the body of agent/check/register.
/// Has the HTTP names of all three forms; an endpoint that accepts fewer of them rejects the rest itself (`CheckID` and
/// the proxy fields exist only inside services, `ID` only outside).
struct check_definition {
  static constexpr std::string_view go_embedded = "Alias"; ///< see protocol/codec/type_naming.hpp

  std::string id;
  std::string check_id; ///< the name of `id` inside a service; `normalize` moves it there
  std::string name;
  std::string status;
  std::string notes;
  std::string service_id;
  std::string token;
  string_list script_args;
  string_list args; ///< short for `script_args`; `normalize` moves it there
  std::string http;
  std::string h2ping;
  std::optional<bool> h2ping_use_tls; ///< unset means true
  std::map<std::string, string_list> header;
  std::string method;
  std::string body;
  bool disable_redirects = false;
  std::string tcp;
  bool tcp_use_tls = false;
  std::string udp;
  nanoseconds interval{0};
  std::string alias_node;
  std::string alias_service;
  std::string docker_container_id;
  std::string shell;
  std::string grpc;
  bool grpc_use_tls = false;
  std::string os_service;
  std::string tls_server_name;
  bool tls_skip_verify = false;
  nanoseconds timeout{0};
  nanoseconds ttl{0};
  std::int64_t success_before_passing = 0;
  std::optional<std::int64_t> failures_before_warning; ///< unset means failures_before_critical
  std::int64_t failures_before_critical = 0;
  std::string proxy_http;
  std::string proxy_grpc;
  nanoseconds deregister_critical_service_after{0};
  std::int64_t output_max_size = 0;

  bool operator==(const check_definition&) const = default;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"ID", omit_empty}, x.id);
    f(field::aliased("CheckID", "check_id", omit_empty | no_key), x.check_id);
    f(field{"Name"}, x.name);
    f(field{"Status", omit_empty}, x.status);
    f(field{"Notes", omit_empty}, x.notes);
    f(field::aliased("ServiceID", "service_id", omit_empty).also_key("serviceid"), x.service_id);
    f(field{"Token", omit_empty}, x.token);
    f(field::aliased("ScriptArgs", "script_args", omit_empty | no_key), x.script_args);
    f(field{"Args", omit_empty}.also_key("scriptargs"), x.args);
    f(field{"HTTP", omit_empty}, x.http);
    f(field{"H2PING", omit_empty}, x.h2ping);
    f(field::aliased("H2PingUseTLS", "h2ping_use_tls", omit_empty), x.h2ping_use_tls);
    f(field{"Header", omit_empty}, x.header);
    f(field{"Method", omit_empty}, x.method);
    f(field{"Body", omit_empty}, x.body);
    f(field::aliased("DisableRedirects", "disable_redirects", omit_empty), x.disable_redirects);
    f(field{"TCP", omit_empty}, x.tcp);
    f(field::aliased("TCPUseTLS", "tcp_use_tls", omit_empty), x.tcp_use_tls);
    f(field{"UDP", omit_empty}, x.udp);
    f(field{"Interval", omit_empty | duration_text}, x.interval);
    f(field::aliased("AliasNode", "alias_node", omit_empty), x.alias_node);
    f(field::aliased("AliasService", "alias_service", omit_empty), x.alias_service);
    f(field::aliased("DockerContainerID", "docker_container_id", omit_empty).also_key("dockercontainerid"),
      x.docker_container_id);
    f(field{"Shell", omit_empty}, x.shell);
    f(field{"GRPC", omit_empty}, x.grpc);
    f(field::aliased("GRPCUseTLS", "grpc_use_tls", omit_empty), x.grpc_use_tls);
    f(field::aliased("OSService", "os_service", omit_empty), x.os_service);
    f(field::aliased("TLSServerName", "tls_server_name", omit_empty), x.tls_server_name);
    f(field::aliased("TLSSkipVerify", "tls_skip_verify", omit_empty).also_key("tlsskipverify"), x.tls_skip_verify);
    f(field{"Timeout", omit_empty | duration_text}, x.timeout);
    f(field{"TTL", omit_empty | duration_text}, x.ttl);
    f(field::aliased("SuccessBeforePassing", "success_before_passing", omit_empty), x.success_before_passing);
    f(field::aliased("FailuresBeforeWarning", "failures_before_warning", omit_empty), x.failures_before_warning);
    f(field::aliased("FailuresBeforeCritical", "failures_before_critical", omit_empty), x.failures_before_critical);
    f(field::aliased("ProxyHTTP", "proxy_http", omit_empty | no_key), x.proxy_http);
    f(field::aliased("ProxyGRPC", "proxy_grpc", omit_empty | no_key), x.proxy_grpc);
    f(field::aliased("DeregisterCriticalServiceAfter", "deregister_critical_service_after", omit_empty | duration_text)
          .also_key("deregistercriticalserviceafter"),
      x.deregister_critical_service_after);
    f(field::aliased("OutputMaxSize", "output_max_size", omit_empty), x.output_max_size);
  }
};

/// Moves the alternative names of a check's id and arguments to the canonical ones.
inline void normalize(check_definition& check) {
  if (check.id.empty()) check.id = std::move(check.check_id);
  check.check_id.clear();
  if (check.script_args.empty()) check.script_args = std::move(check.args);
  check.args.clear();
}

/// Weights as defined: one that is not given is 0, in the catalog 1.
struct weights_definition : service_weights {
  weights_definition() : weights_definition(service_weights{0, 0}) {}
  weights_definition(service_weights w) : service_weights(w) {}
};

/// Proxies and upstreams are defined in the form that the catalog stores.
using proxy_definition = proxy_config;
using upstream_definition = upstream;

struct service_definition;

struct connect_definition : connect_properties {
  static constexpr std::string_view go_embedded = "Alias"; ///< see protocol/codec/type_naming.hpp

  boxed<service_definition> sidecar_service;

  bool operator==(const connect_definition& other) const;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    connect_properties::fields(f, x);
    f(field::aliased("SidecarService", "sidecar_service", omit_empty), x.sidecar_service);
  }

  connect_definition();
  connect_definition(const connect_definition&);
  connect_definition(connect_definition&&) noexcept;
  connect_definition& operator=(connect_definition) noexcept;
  ~connect_definition();
};

/// A service as defined in a configuration file or in the body of agent/service/register.
struct service_definition : service_properties {
  static constexpr std::string_view go_embedded = "Alias"; ///< see protocol/codec/type_naming.hpp

  std::optional<check_definition> check;
  std::vector<check_definition> checks;
  std::optional<weights_definition> weights; ///< unset means 1 and 1
  std::string token;
  std::optional<proxy_definition> proxy;
  std::optional<connect_definition> connect;

  bool operator==(const service_definition&) const = default;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Kind", omit_empty}, x.kind);
    f(field{"ID", omit_empty}, x.id);
    f(field{"Name"}, x.name);
    f(field{"Tags"}, x.tags);
    f(field{"Address"}, x.address);
    f(field::aliased("TaggedAddresses", "tagged_addresses", omit_empty), x.tagged_addresses);
    f(field{"Meta", omit_empty}, x.meta);
    f(field{"Port", omit_empty}, x.port);
    f(field::aliased("SocketPath", "socket_path", omit_empty), x.socket_path);
    f(field{"Check", omit_empty}, x.check);
    f(field{"Checks", omit_empty}, x.checks);
    f(field{"Weights", omit_empty}, x.weights);
    f(field{"Token", omit_empty}, x.token);
    f(field::aliased("EnableTagOverride", "enable_tag_override", omit_empty), x.enable_tag_override);
    f(field{"Locality", omit_empty}, x.locality);
    f(field{"Proxy", omit_empty}, x.proxy);
    f(field{"Connect", omit_empty}, x.connect);
  }

  /// The checks in numbering order: the list, then the single one.
  std::vector<check_definition> all_checks() const {
    auto all = checks;
    if (check) all.push_back(*check);
    return all;
  }
};

inline connect_definition::connect_definition() = default;
inline connect_definition::connect_definition(const connect_definition&) = default;
inline connect_definition::connect_definition(connect_definition&&) noexcept = default;
inline connect_definition& connect_definition::operator=(connect_definition other) noexcept {
  connect_properties::operator=(other);
  sidecar_service = std::move(other.sidecar_service);
  return *this;
}
inline connect_definition::~connect_definition() = default;
inline bool connect_definition::operator==(const connect_definition& other) const {
  return connect_properties::operator==(other) && sidecar_service == other.sidecar_service;
}

} // namespace praetor
