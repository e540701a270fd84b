#include <algorithm>
#include <array>

#include "protocol/config/builder.hpp"

namespace praetor::config {

namespace {

constexpr std::array<std::string_view, 5> versions = {"TLS_AUTO", "TLSv1_0", "TLSv1_1", "TLSv1_2", "TLSv1_3"};

constexpr std::array<std::string_view, 10> known_ciphers = {
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

void builder::build_stanza(tls_settings& s, key_path version, key_path ciphers, const tls_settings& defaults) {
  s.min_version = find(version) == nullptr ? defaults.min_version : text(version);
  if (s.min_version.empty()) s.min_version = "TLS_AUTO";
  if (find(version) != nullptr && std::ranges::find(versions, s.min_version) == versions.end())
    complain(std::string(version.text()) + ": invalid TLS version: no matching TLS version found for " + s.min_version +
             ", please specify one of [TLS_AUTO, TLSv1_0, TLSv1_1, TLSv1_2, TLSv1_3]");
  s.cipher_suites = defaults.cipher_suites;
  auto suites = text(ciphers);
  if (suites.empty()) return;
  if (s.min_version == "TLSv1_3")
    return complain(std::string(ciphers.text()) + ": TLS 1.3 cipher suites are not configurable");
  s.cipher_suites = split_commas(suites);
  std::string unknown;
  for (const auto& suite : s.cipher_suites)
    if (std::ranges::find(known_ciphers, suite) == known_ciphers.end()) unknown += (unknown.empty() ? "" : ",") + suite;
  if (!unknown.empty())
    complain(std::string(ciphers.text()) +
             ": invalid TLS cipher suites: no matching Consul Agent TLS cipher suite found for " + unknown);
}

/// Rejects keys that every stanza accepts but that have no meaning in some. @returns the error
expected<void> builder::refuse_misplaced_tls() const {
  for (key_path key : {key_path("tls.https.verify_server_hostname"), key_path("tls.grpc.verify_server_hostname")})
    if (find(key) != nullptr)
      return fail("verify_server_hostname is only valid in the tls.defaults and tls.internal_rpc stanzas");
  for (key_path key : {key_path("tls.defaults.use_auto_cert"), key_path("tls.internal_rpc.use_auto_cert"),
                       key_path("tls.https.use_auto_cert")})
    if (find(key) != nullptr) return fail("use_auto_cert is only valid in the tls.grpc stanza");
  if (find("tls.grpc.verify_outgoing") != nullptr) return fail("verify_outgoing is not valid in the tls.grpc stanza");
  return {};
}

expected<void> builder::build_tls() {
  if (auto done = refuse_misplaced_tls(); !done) return done;
  read(keys::tls<runtime_config>);
  tls_settings defaults;
  build_stanza(defaults, "tls.defaults.tls_min_version", "tls.defaults.tls_cipher_suites", {});
  auto& rpc = out_.tls_internal_rpc;
  build_stanza(rpc, "tls.internal_rpc.tls_min_version", "tls.internal_rpc.tls_cipher_suites", defaults);
  rpc.verify_outgoing |= rpc.verify_server_hostname;
  build_stanza(out_.tls_https, "tls.https.tls_min_version", "tls.https.tls_cipher_suites", defaults);
  build_stanza(out_.tls_grpc, "tls.grpc.tls_min_version", "tls.grpc.tls_cipher_suites", defaults);
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
