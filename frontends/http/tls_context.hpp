#pragma once

#include "actors/ports/tls/tls_context.hpp"

namespace praetor::http {

/// The TLS context of an HTTPS listener's connections.
expected<tls_context> make_listener_context(const tls_options& options);

/// A server's session over a non-blocking socket. The caller keeps the socket.
tls_session make_listener_session(const tls_context& context, int socket);

} // namespace praetor::http
