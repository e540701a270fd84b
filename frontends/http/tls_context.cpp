#include "frontends/http/tls_context.hpp"

#include <openssl/ssl.h>

namespace praetor::http {

namespace {

/// Only HTTP/1.1 is supported: rejects clients that offer only other protocols (ALPN, RFC 7301 3.2).
int choose_protocol(SSL*, const unsigned char** out, unsigned char* length, const unsigned char* in, unsigned size,
                    void*) {
  static constexpr unsigned char ours[] = "\x08http/1.1";
  auto picked = SSL_select_next_proto(const_cast<unsigned char**>(out), length, ours, sizeof ours - 1, in, size);
  return picked == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

} // namespace

expected<tls_context> make_listener_context(const tls_options& options) {
  bool certificate = !options.certificate.empty() || !options.cert_file.empty();
  bool key = !options.private_key.empty() || !options.key_file.empty();
  if (!certificate || !key) return fail("an HTTPS listener needs a certificate and its private key");
  auto context = make_tls_context(options);
  if (!context) return context;
  static constexpr unsigned char session_context[] = "praetor";
  SSL_CTX_set_session_id_context(context->get(), session_context, sizeof session_context - 1);
  SSL_CTX_set_alpn_select_cb(context->get(), choose_protocol, nullptr);
  return context;
}

tls_session make_listener_session(const tls_context& context, int socket) {
  auto session = make_tls_session(context, socket);
  SSL_set_accept_state(session.get());
  return session;
}

} // namespace praetor::http
