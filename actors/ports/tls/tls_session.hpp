#pragma once

#include "actors/ports/tls/tls_context.hpp"

struct ssl_st;

namespace praetor {

struct tls_deleter {
  void operator()(ssl_st*) const;
};
using tls_session = std::unique_ptr<ssl_st, tls_deleter>;

/// A session over a non-blocking socket, on the context's side of the connection. The socket stays the caller's.
tls_session make_tls_session(const tls_context& context, int socket);

} // namespace praetor
