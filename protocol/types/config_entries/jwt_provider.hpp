#pragma once

#include "protocol/types/config_entries/parts.hpp"

namespace praetor::config_entries {

struct local_key_set {
  static constexpr std::string_view type_name = "LocalJWKS";

  std::string keys, filename;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"JWKS", omit_empty}, x.keys);
    f(field{"Filename", omit_empty}, x.filename);
  }
  bool operator==(const local_key_set&) const = default;
};
struct retry_back_off {
  static constexpr std::string_view type_name = "RetryPolicyBackOff";

  nanoseconds base_interval{0}, max_interval{0};

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field::aliased("BaseInterval", "base_interval", omit_empty), x.base_interval);
    f(field::aliased("MaxInterval", "max_interval", omit_empty), x.max_interval);
  }
  bool operator==(const retry_back_off&) const = default;
};
struct key_set_retry_policy {
  static constexpr std::string_view type_name = "JWKSRetryPolicy";

  std::int64_t num_retries = 0;
  std::optional<retry_back_off> back_off;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field::aliased("NumRetries", "num_retries", omit_empty), x.num_retries);
    f(field::aliased("RetryPolicyBackOff", "retry_policy_back_off", omit_empty), x.back_off);
  }
  bool operator==(const key_set_retry_policy&) const = default;
};
struct certificate_provider_instance {
  static constexpr std::string_view type_name = "JWKSTLSCertProviderInstance";

  std::string instance_name, certificate_name;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field::aliased("InstanceName", "instance_name", omit_empty), x.instance_name);
    f(field::aliased("CertificateName", "certificate_name", omit_empty), x.certificate_name);
  }
  bool operator==(const certificate_provider_instance&) const = default;
};
struct trusted_ca {
  static constexpr std::string_view type_name = "JWKSTLSCertTrustedCA";

  std::string filename, environment_variable, inline_string;
  blob inline_bytes;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Filename", omit_empty}, x.filename);
    f(field::aliased("EnvironmentVariable", "environment_variable", omit_empty), x.environment_variable);
    f(field::aliased("InlineString", "inline_string", omit_empty), x.inline_string);
    f(field::aliased("InlineBytes", "inline_bytes", omit_empty), x.inline_bytes);
  }
  bool operator==(const trusted_ca&) const = default;
};
struct key_set_certificates {
  static constexpr std::string_view type_name = "JWKSTLSCertificate";

  std::optional<certificate_provider_instance> provider_instance;
  std::optional<config_entries::trusted_ca> trusted_ca;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field::aliased("CaCertificateProviderInstance", "ca_certificate_provider_instance", omit_empty),
      x.provider_instance);
    f(field::aliased("TrustedCA", "trusted_ca", omit_empty), x.trusted_ca);
  }
  bool operator==(const key_set_certificates&) const = default;
};
struct key_set_cluster {
  static constexpr std::string_view type_name = "JWKSCluster";

  std::string discovery_type;
  std::optional<key_set_certificates> tls_certificates;
  nanoseconds connect_timeout{0};

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field::aliased("DiscoveryType", "discovery_type", omit_empty), x.discovery_type);
    f(field::aliased("TLSCertificates", "tls_certificates", omit_empty), x.tls_certificates);
    f(field::aliased("ConnectTimeout", "connect_timeout", omit_empty), x.connect_timeout);
  }
  bool operator==(const key_set_cluster&) const = default;
};
struct remote_key_set {
  static constexpr std::string_view type_name = "RemoteJWKS";

  std::string uri;
  std::int64_t request_timeout_ms = 0;
  nanoseconds cache_duration{0};
  bool fetch_asynchronously = false;
  std::optional<key_set_retry_policy> retry_policy;
  std::optional<key_set_cluster> cluster;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"URI", omit_empty}, x.uri);
    f(field::aliased("RequestTimeoutMs", "request_timeout_ms", omit_empty), x.request_timeout_ms);
    f(field::aliased("CacheDuration", "cache_duration", omit_empty), x.cache_duration);
    f(field::aliased("FetchAsynchronously", "fetch_asynchronously", omit_empty), x.fetch_asynchronously);
    f(field::aliased("RetryPolicy", "retry_policy", omit_empty), x.retry_policy);
    f(field::aliased("JWKSCluster", "jwks_cluster", omit_empty), x.cluster);
  }
  bool operator==(const remote_key_set&) const = default;
};
struct json_web_key_set {
  static constexpr std::string_view type_name = "JSONWebKeySet";

  std::optional<local_key_set> local;
  std::optional<remote_key_set> remote;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Local", omit_empty}, x.local);
    f(field{"Remote", omit_empty}, x.remote);
  }
  bool operator==(const json_web_key_set&) const = default;
};

// Where a request has its token.
struct token_header {
  static constexpr std::string_view type_name = "JWTLocationHeader";

  std::string name, value_prefix;
  bool forward = false;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Name", omit_empty}, x.name);
    f(field::aliased("ValuePrefix", "value_prefix", omit_empty), x.value_prefix);
    f(field{"Forward", omit_empty}, x.forward);
  }
  bool operator==(const token_header&) const = default;
};
struct token_query_param {
  static constexpr std::string_view type_name = "JWTLocationQueryParam";

  std::string name;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Name", omit_empty}, x.name);
  }
  bool operator==(const token_query_param&) const = default;
};
struct token_cookie {
  static constexpr std::string_view type_name = "JWTLocationCookie";

  std::string name;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Name", omit_empty}, x.name);
  }
  bool operator==(const token_cookie&) const = default;
};
struct token_location {
  static constexpr std::string_view type_name = "JWTLocation";

  std::optional<token_header> header;
  std::optional<token_query_param> query_param;
  std::optional<token_cookie> cookie;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Header", omit_empty}, x.header);
    f(field::aliased("QueryParam", "query_param", omit_empty), x.query_param);
    f(field{"Cookie", omit_empty}, x.cookie);
  }
  bool operator==(const token_location&) const = default;
};
struct token_forwarding {
  static constexpr std::string_view type_name = "JWTForwardingConfig";

  std::string header_name;
  bool pad_payload = false;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field::aliased("HeaderName", "header_name", omit_empty), x.header_name);
    f(field::aliased("PadForwardPayloadHeader", "pad_forward_payload_header"), x.pad_payload);
  }
  bool operator==(const token_forwarding&) const = default;
};
struct key_cache {
  static constexpr std::string_view type_name = "JWTCacheConfig";

  std::int64_t size = 0;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Size", omit_empty}, x.size);
  }
  bool operator==(const key_cache&) const = default;
};

/// An issuer of JSON web tokens that intentions may require.
struct jwt_provider : config_entry {
  static constexpr std::string_view kind_name = "jwt-provider", type_name = "JWTProviderConfigEntry";

  std::optional<config_entries::json_web_key_set> json_web_key_set;
  std::string issuer;
  string_list audiences;
  std::vector<token_location> locations;
  std::optional<token_forwarding> forwarding;
  std::int64_t clock_skew_seconds = 0;
  std::optional<key_cache> cache_config;

  template <class F, class Self>
  static void fields(F&& f, Self& x) {
    f(field{"Kind", omit_empty}, x.kind);
    f(field{"Name", omit_empty}, x.name);
    f(field::aliased("JSONWebKeySet", "json_web_key_set", omit_empty), x.json_web_key_set);
    f(field{"Issuer", omit_empty}, x.issuer);
    f(field{"Audiences", omit_empty}, x.audiences);
    f(field{"Locations", omit_empty}, x.locations);
    f(field{"Forwarding", omit_empty}, x.forwarding);
    f(field::aliased("ClockSkewSeconds", "clock_skew_seconds", omit_empty), x.clock_skew_seconds);
    f(field::aliased("CacheConfig", "cache_config", omit_empty), x.cache_config);
    tail(f, x);
  }
  expected<void> normalize();
  expected<void> validate() const;
};

} // namespace praetor::config_entries
