#pragma once

#include "actors/ports/tls/tls_context.hpp"
#include "frontends/cli/http_client.hpp"
#include "protocol/types/error.hpp"

#include <openssl/ssl.h>
#include <string>

namespace praetor::cli {

/// Loads the files of the settings. Without CAs the system's are trusted.
expected<tls_context> make_ssl_context(const tls_settings& settings);

/// Prepares one connection: server name, and verification of `host` or of the settings' name.
void prepare_ssl(SSL* ssl, const tls_settings& settings, const std::string& host);

/// Go's text for a handshake or read that failed with OpenSSL's `code`; `names` are those of a rejected certificate.
std::string tls_error_text(SSL* ssl, unsigned long code, const std::string& host, const std::string& names);

} // namespace praetor::cli
