#pragma once

#include "actors/ports/tls/tls_context.hpp"

#include <string>

struct ssl_st;

namespace praetor {

/// TLS of probes. The server's certificate is verified after the handshake, before anything is sent.
class probe_tls {
public:
  /// @param options files and versions; without authorities those of the system, with some as texts only those
  explicit probe_tls(tls_options options = {});

  /// The context, made at its first use, or which file cannot be used.
  expected<tls_context> context();

private:
  tls_options options_;
  tls_context context_;
};

/// Checks the server's certificate. @param name the host name or IP address that it must match
/// @returns empty if it is valid, otherwise the error text
std::string judge_certificate(ssl_st* connection, const std::string& name);

/// A handshake error in Go's words.
std::string handshake_error(int category_code, bool from_tls, const std::string& fallback);

} // namespace praetor
