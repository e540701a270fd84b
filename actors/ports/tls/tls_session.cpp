#include "actors/ports/tls/tls_session.hpp"

#include "protocol/base/openssl_ptr.hpp"

#include <cerrno>
#include <openssl/ssl.h>
#include <sys/socket.h>

namespace praetor {

namespace {

int socket_of(BIO* bio) { return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio))); }

int write_socket(BIO* bio, const char* data, int size) {
  BIO_clear_retry_flags(bio);
  auto n = ::send(socket_of(bio), data, static_cast<std::size_t>(size), MSG_NOSIGNAL);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_write(bio);
  return static_cast<int>(n);
}

int read_socket(BIO* bio, char* data, int size) {
  BIO_clear_retry_flags(bio);
  auto n = ::recv(socket_of(bio), data, static_cast<std::size_t>(size), 0);
  if (n < 0 && (errno == EAGAIN || errno == EINTR)) BIO_set_retry_read(bio);
  if (n == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(n);
}

long control_socket(BIO* bio, int command, long, void*) {
  if (command == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0;
  return command == BIO_CTRL_FLUSH || command == BIO_CTRL_PUSH || command == BIO_CTRL_POP;
}

/// OpenSSL's own socket BIO raises SIGPIPE when the other side is gone.
const BIO_METHOD* socket_method() {
  static const std::unique_ptr<BIO_METHOD, freed_by<BIO_meth_free>> method = [] {
    auto* m = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket without signals");
    BIO_meth_set_write(m, write_socket);
    BIO_meth_set_read(m, read_socket);
    BIO_meth_set_ctrl(m, control_socket);
    BIO_meth_set_create(m, [](BIO* bio) {
      BIO_set_init(bio, 1);
      return 1;
    });
    return std::unique_ptr<BIO_METHOD, freed_by<BIO_meth_free>>(m);
  }();
  return method.get();
}

} // namespace

void tls_deleter::operator()(ssl_st* session) const { SSL_free(session); }

tls_session make_tls_session(const tls_context& context, int socket) {
  tls_session session(SSL_new(context.get()));
  auto* bio = BIO_new(socket_method());
  PRAETOR_ASSERT(session && bio);
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket)));
  SSL_set_bio(session.get(), bio, bio);
  if (SSL_is_server(session.get()))
    SSL_set_accept_state(session.get());
  else
    SSL_set_connect_state(session.get());
  return session;
}

} // namespace praetor
