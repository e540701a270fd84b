#include "protocol/types/config_entries/jwt_provider.hpp"

#include "protocol/base/quoted.hpp"
#include "protocol/base/url.hpp"
#include "protocol/codec/base64.hpp"

namespace praetor::config_entries {

namespace {

expected<void> check_local(const local_key_set& keys) {
  if (keys.keys.empty() == keys.filename.empty())
    return fail("must specify exactly one of String or filename for local keyset");
  if (!base64_decode(keys.keys)) return fail("JWKS must be valid base64 encoded string");
  return {};
}

/// Go's url.ParseRequestURI: an absolute URL or an absolute path.
expected<void> check_uri(const std::string& uri) {
  auto parsed = parse_url(uri);
  if (!parsed) return fail("Remote JWKS URI is invalid: " + parsed.error() + ", uri: " + uri);
  if (parsed->scheme.empty() && !uri.starts_with('/'))
    return fail("Remote JWKS URI is invalid: parse " + praetor::quoted(uri) + ": invalid URI for request, uri: " + uri);
  return {};
}

expected<void> check_cluster(const key_set_cluster& c) {
  bool known = c.discovery_type.empty();
  for (std::string_view type : {"STATIC", "STRICT_DNS", "LOGICAL_DNS", "EDS", "ORIGINAL_DST"})
    known = known || c.discovery_type == type;
  if (!known) return fail("unsupported jwks cluster discovery type: " + praetor::quoted(c.discovery_type));
  if (!c.tls_certificates) return {};
  if (c.tls_certificates->provider_instance.has_value() == c.tls_certificates->trusted_ca.has_value())
    return fail("must specify exactly one of: CaCertificateProviderInstance or TrustedCA for JKWS' TLSCertificates");
  if (!c.tls_certificates->trusted_ca) return {};
  const auto& ca = *c.tls_certificates->trusted_ca;
  if (int{!ca.filename.empty()} + int{!ca.environment_variable.empty()} + int{!ca.inline_string.empty()} +
          int{!ca.inline_bytes.bytes.empty()} !=
      1)
    return fail("must specify exactly one of: Filename, EnvironmentVariable, InlineString or InlineBytes for JWKS' "
                "TrustedCA");
  return {};
}

expected<void> check_remote(const remote_key_set& keys) {
  if (keys.uri.empty()) return fail("Remote JWKS URI is required");
  if (auto good = check_uri(keys.uri); !good) return good;
  if (keys.retry_policy && keys.retry_policy->back_off) {
    const auto& wait = *keys.retry_policy->back_off;
    if (wait.max_interval != nanoseconds{0} && wait.base_interval > wait.max_interval)
      return fail("retry policy backoff's MaxInterval should be greater or equal to BaseInterval");
  }
  return keys.cluster ? check_cluster(*keys.cluster) : expected<void>{};
}

/// @returns what is wrong, or ""
std::string_view fault_of_location(const token_location& l) {
  if (int{l.header.has_value()} + int{l.query_param.has_value()} + int{l.cookie.has_value()} != 1)
    return "must set exactly one of: JWT location header, query param or cookie";
  if (l.header && l.header->name.empty()) return "JWT location header name must be specified";
  if (l.cookie && l.cookie->name.empty()) return "JWT location cookie name must be specified";
  if (l.query_param && l.query_param->name.empty()) return "JWT location query param name must be specified";
  return {};
}

} // namespace

expected<void> jwt_provider::normalize() {
  constexpr std::int64_t usual_skew = 30;
  if (clock_skew_seconds == 0) clock_skew_seconds = usual_skew;
  return {};
}

expected<void> jwt_provider::validate() const {
  if (name.empty()) return fail("Name is required");
  if (auto good = check_meta(meta).result(); !good) return good;
  if (!json_web_key_set) return fail("JSONWebKeySet is required");
  if (json_web_key_set->local.has_value() == json_web_key_set->remote.has_value())
    return fail("must specify exactly one of Local or Remote JSON Web key set");
  auto good =
      json_web_key_set->remote ? check_remote(*json_web_key_set->remote) : check_local(*json_web_key_set->local);
  if (!good) return good;
  fault_list faults;
  for (const auto& l : locations)
    if (auto fault = fault_of_location(l); !fault.empty()) faults.add(std::string(fault));
  if (!faults.empty()) return faults.result();
  if (forwarding && forwarding->header_name.empty()) return fail("Header name required for forwarding config");
  return {};
}

} // namespace praetor::config_entries
