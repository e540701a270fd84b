#pragma once

#include "actors/ports/tls/tls_session.hpp"

#include <array>
#include <cstddef>
#include <string_view>

struct iovec;

namespace praetor::http {

enum class io_status {
  done,
  want_read,  ///< retry when the socket is readable
  want_write, ///< retry when the socket is writable
  closed,     ///< the peer has closed its sending side
  failed
};

struct io_result {
  io_status status = io_status::done;
  std::size_t bytes = 0;
};

/// Bytes over a non-blocking socket, plain or TLS. Never blocks and never raises a signal; does not own the socket.
class transport {
public:
  transport(int socket, tls_session session) : socket_(socket), session_(std::move(session)) {}

  bool encrypted() const { return session_ != nullptr; }
  /// For TLS only, until it has completed.
  io_result handshake();
  io_result read(char* buffer, std::size_t size);
  /// @returns how much was written; the status says what to wait for if that was not all.
  io_result write(const iovec* pieces, int count);
  /// Shuts down the sending side.
  void finish_sending();
  /// Sends TLS close_notify, if possible without blocking.
  void close_notify();

private:
  io_result tls_status(int result);
  io_result write_encrypted(const iovec* pieces, int count);

  int socket_;
  tls_session session_;
};

} // namespace praetor::http
