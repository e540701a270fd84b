#pragma once

#include "actors/ports/tls/tls_context.hpp"

namespace praetor::http {

/// What connections of an HTTPS listener are made from.
expected<tls_context> make_listener_context(const tls_options& options);

/// A server's session over a non-blocking socket. The socket stays the caller's.
tls_session make_listener_session(const tls_context& context, int socket);

} // namespace praetor::http
