#pragma once

#include <memory>
#include <string>

struct ssl_st;
struct ssl_ctx_st;

namespace praetor {

/// Paths; all empty means the system's CAs and no client certificate.
struct probe_tls_settings {
  std::string ca_file, ca_path, cert_file, key_file;
};

/// The TLS client of probes. Certificates are checked after the handshake, before anything is sent.
class probe_tls {
public:
  probe_tls() = default;
  explicit probe_tls(probe_tls_settings settings) : settings_(std::move(settings)) {}

  /// The context, created at first use. Null, with `error` set, if a file can't be used.
  ssl_ctx_st* context(std::string& error);

private:
  probe_tls_settings settings_;
  std::shared_ptr<ssl_ctx_st> context_;
};

/// Checks the server's certificate. @param name the host name or IP address that it must match
/// @returns empty if it is valid, otherwise the error text
std::string judge_certificate(ssl_st* connection, const std::string& name);

/// A handshake error in Go's words.
std::string handshake_error(int category_code, bool from_tls, const std::string& fallback);

} // namespace praetor
