#include <algorithm>
#include <array>

#include "protocol/config/builder.hpp"

namespace praetor::config {

namespace {

constexpr std::array<std::string_view, 5> versions = {"TLS_AUTO", "TLSv1_0", "TLSv1_1", "TLSv1_2", "TLSv1_3"};

constexpr std::array<std::string_view, 10> ciphers = {
    "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
    "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",         "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
    "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",         "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
};

string_list split_commas(const std::string& text) {
  string_list out;
  std::size_t start = 0;
  while (start <= text.size()) {
    auto end = std::min(text.find(',', start), text.size());
    auto word = text.substr(start, end - start);
    std::erase_if(word, [](char c) { return c == ' ' || c == '\t'; });
    out.push_back(std::move(word));
    start = end + 1;
  }
  return out;
}

} // namespace

/// One stanza. What it leaves open is taken from the defaults.
tls_settings builder::tls_stanza(std::string_view name, const tls_settings& defaults) {
  auto at = [&](const char* key) { return "tls." + std::string(name) + "." + key; };
  auto text_or = [&](const char* key, const std::string& otherwise) {
    return find(at(key)) == nullptr ? otherwise : text(at(key));
  };
  tls_settings s;
  s.ca_file = text_or("ca_file", defaults.ca_file);
  s.ca_path = text_or("ca_path", defaults.ca_path);
  s.cert_file = text_or("cert_file", defaults.cert_file);
  s.key_file = text_or("key_file", defaults.key_file);
  s.verify_incoming = optional_flag(at("verify_incoming")).value_or(defaults.verify_incoming);
  s.verify_outgoing = optional_flag(at("verify_outgoing")).value_or(defaults.verify_outgoing);
  s.verify_server_hostname = optional_flag(at("verify_server_hostname")).value_or(defaults.verify_server_hostname);
  s.use_auto_cert = flag(at("use_auto_cert"));
  s.min_version = text_or("tls_min_version", defaults.min_version);
  if (s.min_version.empty()) s.min_version = "TLS_AUTO";
  if (find(at("tls_min_version")) != nullptr && std::ranges::find(versions, s.min_version) == versions.end())
    complain(at("tls_min_version") + ": invalid TLS version: no matching TLS version found for " + s.min_version +
             ", please specify one of [TLS_AUTO, TLSv1_0, TLSv1_1, TLSv1_2, TLSv1_3]");
  s.cipher_suites = defaults.cipher_suites;
  auto suites = text(at("tls_cipher_suites"));
  if (suites.empty()) return s;
  if (s.min_version == "TLSv1_3") {
    complain(at("tls_cipher_suites") + ": TLS 1.3 cipher suites are not configurable");
    return s;
  }
  s.cipher_suites = split_commas(suites);
  std::string unknown;
  for (const auto& suite : s.cipher_suites)
    if (std::ranges::find(ciphers, suite) == ciphers.end()) unknown += (unknown.empty() ? "" : ",") + suite;
  if (!unknown.empty())
    complain(at("tls_cipher_suites") +
             ": invalid TLS cipher suites: no matching Consul Agent TLS cipher suite found for " + unknown);
  return s;
}

expected<void> builder::build_tls() {
  for (const char* stanza : {"https", "grpc"})
    if (find("tls." + std::string(stanza) + ".verify_server_hostname") != nullptr)
      return fail("verify_server_hostname is only valid in the tls.defaults and tls.internal_rpc stanzas");
  for (const char* stanza : {"defaults", "internal_rpc", "https"})
    if (find("tls." + std::string(stanza) + ".use_auto_cert") != nullptr)
      return fail("use_auto_cert is only valid in the tls.grpc stanza");
  if (find("tls.grpc.verify_outgoing") != nullptr) return fail("verify_outgoing is not valid in the tls.grpc stanza");
  auto defaults = tls_stanza("defaults", {});
  out_.tls_internal_rpc = tls_stanza("internal_rpc", defaults);
  auto& rpc = out_.tls_internal_rpc;
  rpc.verify_outgoing |= rpc.verify_server_hostname;
  defaults.verify_server_hostname = false;
  out_.tls_https = tls_stanza("https", defaults);
  defaults.verify_outgoing = false;
  out_.tls_grpc = tls_stanza("grpc", defaults);
  bool has_certificate = !out_.tls_grpc.cert_file.empty() || out_.tls_grpc.use_auto_cert;
  if (has_certificate && out_.ports.grpc > 0 && find("ports.grpc_tls") == nullptr)
    return fail("the `ports.grpc` listener no longer supports TLS. Use `ports.grpc_tls` instead. This message is "
                "appearing because GRPC is configured to use TLS, but `ports.grpc_tls` is not defined");
  if (out_.cache_entry_fetch_max_burst <= 0)
    return fail("cache.entry_fetch_max_burst must be strictly positive, was: " +
                std::to_string(out_.cache_entry_fetch_max_burst));
  if (out_.cache_entry_fetch_rate == 0) return fail("cache.entry_fetch_rate must be strictly positive, was: 0");
  return {};
}

} // namespace praetor::config
