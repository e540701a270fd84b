#pragma once

#include "actors/ports/tls/tls_context.hpp"
#include "frontends/cli/http_client.hpp"
#include "protocol/types/error.hpp"

#include <openssl/ssl.h>
#include <string>

namespace praetor::cli {

/// Loads the files of the settings. Without CAs the system's are trusted.
expected<tls_context> make_ssl_context(const tls_settings& settings);

/// Prepares one connection: sends the server name, and verifies it.
void prepare_ssl(SSL* ssl, const std::string& name);

/// Go's text for a handshake or read that failed with OpenSSL's `code`.
std::string tls_error_text(unsigned long code);

} // namespace praetor::cli
