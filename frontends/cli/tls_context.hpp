#pragma once

#include "frontends/cli/http_client.hpp"
#include "protocol/types/error.hpp"

#include <memory>
#include <openssl/ssl.h>
#include <string>

namespace praetor::cli {

using ssl_context = std::unique_ptr<SSL_CTX, decltype(&::SSL_CTX_free)>;

/// Loads what the settings name. Without authorities the system's are trusted.
expected<ssl_context> make_ssl_context(const tls_settings& settings);

/// Prepares one connection: server name, verification of the name `host` or of the settings' own.
void prepare_ssl(SSL* ssl, const tls_settings& settings, const std::string& host);

/// Go's text for a handshake or read that failed with OpenSSL's `code`.
std::string tls_error_text(SSL* ssl, unsigned long code, const std::string& host);

} // namespace praetor::cli
