#pragma once

#include <memory>
#include <string>

struct ssl_st;
struct ssl_ctx_st;

namespace praetor {

/// Files; all empty means the system's authorities and no certificate of our own.
struct probe_tls_settings {
  std::string ca_file, ca_path, cert_file, key_file;
};

/// How probes speak TLS. Whom to believe is decided after the handshake, before anything is sent.
class probe_tls {
public:
  probe_tls() = default;
  explicit probe_tls(probe_tls_settings settings) : settings_(std::move(settings)) {}

  /// The context, made at its first use. Null with `error` set if a file cannot be used.
  ssl_ctx_st* context(std::string& error);

private:
  probe_tls_settings settings_;
  std::shared_ptr<ssl_ctx_st> context_;
};

/// Judges the other side's certificate. @param name host name or IP address that it has to be valid for
/// @returns empty if it can be believed, else an error text
std::string judge_certificate(ssl_st* connection, const std::string& name);

/// What went wrong in a handshake, in the words that operators know.
std::string handshake_error(int category_code, bool from_tls, const std::string& fallback);

} // namespace praetor
