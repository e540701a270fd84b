#include "actors/ports/tls/tls_context.hpp"

#include "actors/ports/tls/certificates.hpp"
#include "actors/ports/tls/default_ciphers.hpp"
#include "protocol/types/secrets.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <sstream>
#include <sys/socket.h>

namespace praetor {

std::string last_tls_error() {
  char text[256] = "unknown error";
  if (auto code = ERR_get_error()) ERR_error_string_n(code, text, sizeof text);
  ERR_clear_error();
  return text;
}

namespace {

expected<std::string> read_file(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  if (!in || !(out << in.rdbuf())) return fail("open " + path + ": " + std::generic_category().message(errno));
  return out.str();
}

expected<void> use_certificate(SSL_CTX* context, const tls_options& options) {
  auto certificate = options.certificate, key = options.private_key;
  if (certificate.empty() && !options.cert_file.empty()) {
    auto text = read_file(options.cert_file);
    if (!text) return fail("Failed to load cert/key pair: " + text.error().text);
    certificate = std::move(*text);
  }
  if (key.empty() && !options.key_file.empty()) {
    auto text = read_file(options.key_file);
    if (!text) return fail("Failed to load cert/key pair: " + text.error().text);
    key = std::move(*text);
  }
  if (certificate.empty() && key.empty()) return {};
  if (certificate.empty() || key.empty()) return fail("a certificate and its private key belong together");
  auto chain = read_certificates(certificate);
  if (chain.empty() || SSL_CTX_use_certificate(context, chain[0].get()) != 1)
    return fail("Failed to load cert/key pair: " + last_tls_error());
  for (std::size_t i = 1; i < chain.size(); ++i)
    if (SSL_CTX_add1_chain_cert(context, chain[i].get()) != 1)
      return fail("Failed to load cert/key pair: " + last_tls_error());
  auto source = reader_of(key);
  // Without a callback OpenSSL would prompt for a passphrase on the terminal.
  auto no_passphrase = [](char*, int, int, void*) { return 0; };
  key_ptr secret(PEM_read_bio_PrivateKey(source.get(), nullptr, no_passphrase, nullptr));
  source.reset();
  wipe(key);
  if (!secret || SSL_CTX_use_PrivateKey(context, secret.get()) != 1 || SSL_CTX_check_private_key(context) != 1)
    return fail("Failed to load cert/key pair: " + last_tls_error());
  return {};
}

expected<void> use_authorities(SSL_CTX* context, const tls_options& options) {
  std::size_t count = 0;
  auto add = [&](const std::string& pem, const std::string& origin) -> expected<void> {
    auto found = trust_authorities(context, pem);
    if (found == 0) return fail("Error loading from " + origin + ": no certificates found");
    count += found;
    return {};
  };
  for (auto& pem : options.ca_certificates)
    if (auto ok = add(pem, "CA certificate"); !ok) return ok;
  std::vector<std::string> files;
  if (!options.ca_file.empty()) files.push_back(options.ca_file);
  if (options.ca_file.empty() && !options.ca_path.empty()) {
    std::error_code ec;
    for (std::filesystem::recursive_directory_iterator it(options.ca_path, ec), end; !ec && it != end; it.increment(ec))
      if (it->is_regular_file(ec)) files.push_back(it->path());
    if (ec) return fail("Error loading from " + options.ca_path + ": " + ec.message());
    if (files.empty()) return fail("Error loading from CAPath: no CAs found");
    std::sort(files.begin(), files.end());
  }
  for (auto& path : files) {
    auto pem = read_file(path);
    if (!pem) return fail("Error loading from " + path + ": " + pem.error().text);
    if (auto ok = add(*pem, path); !ok) return ok;
  }
  if (options.verify_incoming && count == 0) return fail("VerifyIncoming set but no CA certificates were provided");
  SSL_CTX_set_verify(
      context, options.verify_incoming ? SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT : SSL_VERIFY_NONE, nullptr);
  return {};
}

expected<void> use_versions(SSL_CTX* context, const tls_options& options) {
  static constexpr std::array<std::pair<std::string_view, int>, 6> versions{{{"", TLS1_2_VERSION},
                                                                             {"TLS_AUTO", TLS1_2_VERSION},
                                                                             {"TLSv1_0", TLS1_VERSION},
                                                                             {"TLSv1_1", TLS1_1_VERSION},
                                                                             {"TLSv1_2", TLS1_2_VERSION},
                                                                             {"TLSv1_3", TLS1_3_VERSION}}};
  auto version =
      std::find_if(versions.begin(), versions.end(), [&](auto& v) { return v.first == options.min_version; });
  if (version == versions.end()) return fail("unknown TLS version \"" + options.min_version + "\"");
  SSL_CTX_set_min_proto_version(context, version->second);
  // OpenSSL's default security level rejects the signatures of TLS 1.0 and 1.1.
  if (version->second < TLS1_2_VERSION) SSL_CTX_set_security_level(context, 0);

  static constexpr std::array<std::pair<std::string_view, std::string_view>, 10> suites{{
      {"TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", "ECDHE-ECDSA-AES128-SHA"},
      {"TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", "ECDHE-ECDSA-AES128-GCM-SHA256"},
      {"TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "ECDHE-ECDSA-AES256-SHA"},
      {"TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES256-GCM-SHA384"},
      {"TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-ECDSA-CHACHA20-POLY1305"},
      {"TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", "ECDHE-RSA-AES128-SHA"},
      {"TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "ECDHE-RSA-AES128-GCM-SHA256"},
      {"TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", "ECDHE-RSA-AES256-SHA"},
      {"TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "ECDHE-RSA-AES256-GCM-SHA384"},
      {"TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", "ECDHE-RSA-CHACHA20-POLY1305"},
  }};
  std::string list;
  for (auto& name : options.cipher_suites) {
    auto suite = std::find_if(suites.begin(), suites.end(), [&](auto& s) { return s.first == name; });
    if (suite == suites.end()) return fail("unknown TLS cipher suite \"" + name + "\"");
    if (!list.empty()) list += ':';
    list += suite->second;
  }
  if (list.empty()) list = default_ciphers;
  if (SSL_CTX_set_cipher_list(context, list.c_str()) != 1) return fail("TLS cipher suites: " + last_tls_error());
  return {};
}

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

/// OpenSSL's own socket BIO raises SIGPIPE if the peer has closed.
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

std::size_t trust_authorities(ssl_ctx_st* context, const std::string& pem) {
  auto authorities = read_certificates(pem);
  for (const auto& authority : authorities) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get());
    SSL_CTX_add_client_CA(context, authority.get());
  }
  ERR_clear_error();
  return authorities.size();
}

tls_context make_client_context() {
  tls_context context(SSL_CTX_new(TLS_client_method()), SSL_CTX_free);
  PRAETOR_ASSERT(context);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION);
  SSL_CTX_set_cipher_list(context.get(), default_ciphers);
  return context;
}

expected<tls_context> make_tls_context(const tls_options& options) {
  tls_context context(SSL_CTX_new(TLS_method()), SSL_CTX_free);
  if (!context) return fail("TLS: " + last_tls_error());
  SSL_CTX_set_options(context.get(), SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // Idle connections release their record buffers (34 kB).
  SSL_CTX_set_mode(context.get(),
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  if (auto ok = use_certificate(context.get(), options); !ok) return tl::unexpected(ok.error());
  if (auto ok = use_authorities(context.get(), options); !ok) return tl::unexpected(ok.error());
  if (auto ok = use_versions(context.get(), options); !ok) return tl::unexpected(ok.error());
  return context;
}

tls_session make_tls_session(const tls_context& context, int socket) {
  tls_session session(SSL_new(context.get()));
  auto* bio = BIO_new(socket_method());
  PRAETOR_ASSERT(session && bio);
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket)));
  SSL_set_bio(session.get(), bio, bio);
  return session;
}

} // namespace praetor
