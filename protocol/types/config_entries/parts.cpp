#include "protocol/types/config_entries/parts.hpp"

#include "protocol/base/quoted.hpp"
#include "protocol/codec/json_scan.hpp"

#include <algorithm>
#include <array>
#include <set>

namespace praetor::config_entries {

namespace {

constexpr std::string_view newest_tls = "TLSv1_3", any_tls = "TLS_AUTO";
/// In ascending order, which is also the order of their names.
constexpr std::array<std::string_view, 4> tls_versions{"TLSv1_0", "TLSv1_1", "TLSv1_2", newest_tls};

/// The cipher suites that proxies can be configured with.
constexpr std::array<std::string_view, 14> tls_cipher_suites{
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    "TLS_RSA_WITH_AES_128_GCM_SHA256",
    "TLS_RSA_WITH_AES_128_CBC_SHA",
    "TLS_RSA_WITH_AES_256_GCM_SHA384",
    "TLS_RSA_WITH_AES_256_CBC_SHA",
};

constexpr std::array<std::string_view, 6> built_in_extensions{
    "builtin/otel-access-logging", "builtin/lua",  "builtin/aws/lambda",
    "builtin/property-override",   "builtin/wasm", "builtin/ext-authz"};

template <class List>
bool is_among(std::string_view text, const List& known) {
  return std::find(std::begin(known), std::end(known), text) != std::end(known);
}

expected<void> check_tls_version(const std::string& version) {
  if (version.empty() || version == any_tls || is_among(version, tls_versions)) return {};
  return fail("no matching TLS version found for " + version +
              ", please specify one of [TLS_AUTO, TLSv1_0, TLSv1_1, TLSv1_2, TLSv1_3]");
}

} // namespace

std::string fault_of(const passive_health_check& check) {
  constexpr std::uint32_t percent = 100;
  if (check.interval < nanoseconds{0}) return "passive health check interval cannot be negative";
  if (check.enforcing_consecutive_5xx.value_or(0) > percent)
    return "passive health check enforcing_consecutive_5xx must be a percentage between 0 and 100";
  if (check.max_ejection_percent.value_or(0) > percent)
    return "passive health check max_ejection_percent must be a percentage between 0 and 100";
  if (check.base_ejection_time.value_or(nanoseconds{0}) < nanoseconds{0})
    return "passive health check base_ejection_time cannot be negative";
  return {};
}

expected<void> check_failover_policy(const failover_policy& policy) {
  if (policy.mode.empty() || policy.mode == "sequential" || policy.mode == "order-by-locality") return {};
  return fail("Failover-policy mode must be one of '', 'sequential', or 'order-by-locality'");
}

expected<void> check_locality_preference(const std::optional<locality_preference>& preference) {
  if (!preference || preference->mode.empty()) return {};
  return fail("Prioritize-by-locality requires Consul Enterprise ");
}

expected<void> check_mutual_tls_mode(const std::string& mode) {
  if (mode.empty() || mode == "strict" || mode == "permissive") return {};
  return fail("Invalid MutualTLSMode " + praetor::quoted(mode) + R"(. Must be one of "", "strict", or "permissive".)");
}

expected<void> check_tls(const std::string& least_version, const std::string& greatest_version,
                         const string_list& cipher_suites) {
  if (auto good = check_tls_version(least_version); !good) return good;
  if (auto good = check_tls_version(greatest_version); !good) return good;
  if (is_among(least_version, tls_versions) && is_among(greatest_version, tls_versions) &&
      greatest_version < least_version)
    return fail("configuring max version " + greatest_version + " less than the configured min version " +
                least_version + " is invalid");
  if (cipher_suites.empty()) return {};
  if (least_version == newest_tls)
    return fail("configuring CipherSuites is only applicable to connections negotiated with TLS 1.2 or earlier, "
                "TLSMinVersion is set to " +
                least_version);
  std::string unknown;
  for (const auto& suite : cipher_suites)
    if (!is_among(suite, tls_cipher_suites)) unknown += (unknown.empty() ? "" : ",") + suite;
  if (!unknown.empty()) return fail("no matching Envoy TLS cipher suite found for " + unknown);
  return {};
}

expected<void> check_access_logs(const access_logs_config& logs) {
  bool to_file = logs.type == "file";
  if (to_file && logs.path.empty()) return fail("path must be specified when using file type access logs");
  if (!to_file && !logs.type.empty() && logs.type != "stderr" && logs.type != "stdout")
    return fail("invalid access log type: " + logs.type);
  if (!logs.json_format.empty() && !logs.text_format.empty())
    return fail("cannot specify both access log JSONFormat and TextFormat");
  if (!to_file && !logs.path.empty()) return fail("path is only valid for file type access logs");
  if (logs.json_format.empty()) return {};
  constexpr std::size_t depth = 1000;
  if (auto scanned = json::scan(logs.json_format, true, depth); !scanned.error.empty())
    return fail("invalid access log json for JSON format: " + scanned.error);
  return {};
}

fault_list check_extensions(const std::vector<envoy_extension>& extensions) {
  fault_list out;
  for (std::size_t i = 0; i < extensions.size(); ++i) {
    const auto& name = extensions[i].name;
    if (name.empty())
      out.add("invalid EnvoyExtensions" + at(i) + ": Name is required");
    else if (!is_among(name, built_in_extensions))
      out.add("invalid EnvoyExtensions" + at(i) + "[" + name + "]: name " + praetor::quoted(name) +
              " is not a built-in extension");
  }
  return out;
}

expected<void> check_route_parents(const std::vector<resource_reference>& parents) {
  std::set<std::pair<std::string_view, std::string_view>> seen;
  for (const auto& parent : parents) {
    if (parent.kind != "api-gateway")
      return fail("unsupported parent kind: " + praetor::quoted(parent.kind) + ", must be 'api-gateway'");
    if (!seen.emplace(parent.name, parent.section_name).second) return fail("route parents must be unique");
  }
  return {};
}

} // namespace praetor::config_entries
