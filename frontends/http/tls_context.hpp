#pragma once

#include "frontends/http/server.hpp"

#include <memory>

struct ssl_ctx_st;
struct ssl_st;

namespace praetor::http {

using tls_context = std::shared_ptr<ssl_ctx_st>;
struct tls_deleter {
  void operator()(ssl_st*) const;
};
using tls_session = std::unique_ptr<ssl_st, tls_deleter>;

/// What connections of an HTTPS listener are made from.
expected<tls_context> make_tls_context(const tls_options& options);

/// A server's session over a non-blocking socket. The socket stays the caller's.
tls_session make_tls_session(const tls_context& context, int socket);

} // namespace praetor::http
