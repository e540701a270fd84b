#pragma once

#include "actors/ports/tls/tls_session.hpp"

#include <array>
#include <cstddef>
#include <string_view>

struct iovec;

namespace praetor::http {

enum class io_status {
  done,
  want_read,  ///< try again when the socket can be read
  want_write, ///< try again when the socket can be written
  closed,     ///< the other side sends no more
  failed
};

struct io_result {
  io_status status = io_status::done;
  std::size_t bytes = 0;
};

/// Bytes over a non-blocking socket, plain or through TLS. Never blocks and never raises a signal; does not own the
/// socket.
class transport {
public:
  transport(int socket, tls_session session) : socket_(socket), session_(std::move(session)) {}

  bool encrypted() const { return session_ != nullptr; }
  /// Only for encrypted ones, and until it is done.
  io_result handshake();
  io_result read(char* buffer, std::size_t size);
  /// @returns how much was taken; the status says what to wait for if that was not all.
  io_result write(const iovec* pieces, int count);
  /// Says that no more will be sent.
  void finish_sending();
  /// Says good-bye to a TLS client, if that can be done at once.
  void close_notify();

private:
  io_result tls_status(int result);
  io_result write_encrypted(const iovec* pieces, int count);

  int socket_;
  tls_session session_;
};

} // namespace praetor::http
