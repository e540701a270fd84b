#include "frontends/http/transport.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace praetor::http {

namespace {

/// The maximal payload of a TLS record (RFC 8446 5.1).
constexpr std::size_t record_size = 16384;

/// The answer to plain HTTP on a TLS port.
constexpr std::string_view plain_to_tls =
    "HTTP/1.0 400 Bad Request\r\n\r\nClient sent an HTTP request to an HTTPS server.\n";

bool is_plain_http_error() {
  auto reason = ERR_GET_REASON(ERR_peek_error());
  return reason == SSL_R_HTTP_REQUEST || reason == SSL_R_HTTPS_PROXY_REQUEST;
}

} // namespace

io_result transport::tls_status(int result) {
  switch (SSL_get_error(session_.get(), result)) {
  case SSL_ERROR_WANT_READ: return {io_status::want_read};
  case SSL_ERROR_WANT_WRITE: return {io_status::want_write};
  case SSL_ERROR_ZERO_RETURN: return {io_status::closed};
  default: return {io_status::failed};
  }
}

io_result transport::handshake() {
  ERR_clear_error();
  int result = SSL_accept(session_.get());
  if (result == 1) return {io_status::done};
  auto status = tls_status(result);
  if (status.status == io_status::failed && is_plain_http_error())
    (void)::send(socket_, plain_to_tls.data(), plain_to_tls.size(), MSG_NOSIGNAL);
  return status;
}

io_result transport::read(char* buffer, std::size_t size) {
  if (session_) {
    ERR_clear_error();
    int n = SSL_read(session_.get(), buffer, static_cast<int>(size));
    return n > 0 ? io_result{io_status::done, static_cast<std::size_t>(n)} : tls_status(n);
  }
  for (;;) {
    auto n = ::recv(socket_, buffer, size, 0);
    if (n > 0) return {io_status::done, static_cast<std::size_t>(n)};
    if (n == 0) return {io_status::closed};
    if (errno == EINTR) continue;
    return {errno == EAGAIN || errno == EWOULDBLOCK ? io_status::want_read : io_status::failed};
  }
}

io_result transport::write(const iovec* pieces, int count) {
  if (session_) return write_encrypted(pieces, count);
  msghdr message{};
  message.msg_iov = const_cast<iovec*>(pieces);
  message.msg_iovlen = static_cast<std::size_t>(count);
  for (;;) {
    auto n = ::sendmsg(socket_, &message, MSG_NOSIGNAL);
    if (n >= 0) return {io_status::done, static_cast<std::size_t>(n)};
    if (errno == EINTR) continue;
    return {errno == EAGAIN || errno == EWOULDBLOCK ? io_status::want_write : io_status::failed};
  }
}

io_result transport::write_encrypted(const iovec* pieces, int count) {
  // Puts head and body into one record. A repeated write begins with the same bytes, as OpenSSL requires, because the
  // caller passes again what was not accepted.
  std::array<char, record_size> record;
  std::size_t total = 0, offset = 0;
  int at = 0;
  while (at < count) {
    auto next = at;
    auto next_offset = offset;
    std::size_t filled = 0;
    while (next < count && filled < record.size()) {
      auto n = std::min(record.size() - filled, pieces[next].iov_len - next_offset);
      if (n > 0) std::memcpy(record.data() + filled, static_cast<const char*>(pieces[next].iov_base) + next_offset, n);
      filled += n;
      next_offset += n;
      if (next_offset == pieces[next].iov_len) {
        ++next;
        next_offset = 0;
      }
    }
    if (filled == 0) break;
    ERR_clear_error();
    int n = SSL_write(session_.get(), record.data(), static_cast<int>(filled));
    if (n <= 0) {
      auto status = tls_status(n);
      if (status.status == io_status::closed) status.status = io_status::failed;
      return {status.status, total};
    }
    total += static_cast<std::size_t>(n);
    if (static_cast<std::size_t>(n) < filled) return {io_status::want_write, total};
    at = next;
    offset = next_offset;
  }
  return {io_status::done, total};
}

void transport::finish_sending() {
  close_notify();
  ::shutdown(socket_, SHUT_WR);
}

void transport::close_notify() {
  if (!session_ || !SSL_is_init_finished(session_.get())) return;
  ERR_clear_error();
  SSL_shutdown(session_.get());
}

} // namespace praetor::http
