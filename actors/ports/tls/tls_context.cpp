#include "actors/ports/tls/tls_context.hpp"

#include "actors/ports/tls/certificates.hpp"
#include "actors/ports/tls/default_ciphers.hpp"
#include "protocol/types/secrets.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <unistd.h>

namespace praetor {

std::string last_tls_error() {
  char text[256] = "unknown error";
  if (auto code = ERR_get_error()) ERR_error_string_n(code, text, sizeof text);
  ERR_clear_error();
  return text;
}

namespace {

using subject = tls_failure::subject;
template <class T>
using outcome = tl::expected<T, tls_failure>;
using failed = tl::unexpected<tls_failure>;

failed refused_by_system(subject about, const std::string& file, const char* operation, int code) {
  return failed({about, file, operation, code, {}});
}
failed useless(subject about, std::string reason, const std::string& file = {}) {
  return failed({about, file, nullptr, 0, std::move(reason)});
}

outcome<std::string> read_pem(subject about, const std::string& path) {
  int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return refused_by_system(about, path, "open", errno);
  std::string content;
  std::string block(4096, '\0');
  for (;;) {
    auto size = ::read(file, block.data(), block.size());
    if (size < 0 && errno == EINTR) continue;
    int code = errno;
    if (size > 0) {
      content.append(block, 0, static_cast<std::size_t>(size));
      continue;
    }
    ::close(file);
    wipe(block);
    if (size < 0) return refused_by_system(about, path, "read", code);
    return content;
  }
}

outcome<void> use_certificate(SSL_CTX* context, const std::string& pem, const std::string& file) {
  auto chain = read_certificates(pem);
  bool used = !chain.empty() && SSL_CTX_use_certificate(context, chain[0].get()) == 1;
  for (std::size_t i = 1; used && i < chain.size(); ++i) used = SSL_CTX_add1_chain_cert(context, chain[i].get()) == 1;
  if (!used) return useless(subject::certificate, last_tls_error(), file);
  return {};
}

outcome<void> use_key(SSL_CTX* context, std::string pem, const std::string& file) {
  auto source = reader_of(pem);
  // Without a callback OpenSSL would ask for a passphrase on the terminal.
  auto no_passphrase = [](char*, int, int, void*) { return 0; };
  key_ptr secret(PEM_read_bio_PrivateKey(source.get(), nullptr, no_passphrase, nullptr));
  source.reset();
  wipe(pem);
  if (!secret) return useless(subject::private_key, last_tls_error(), file);
  if (SSL_CTX_use_PrivateKey(context, secret.get()) != 1 || SSL_CTX_check_private_key(context) != 1)
    return useless(subject::mismatch, last_tls_error(), file);
  return {};
}

outcome<void> use_pair(SSL_CTX* context, const tls_options& options) {
  auto certificate = options.certificate, key = options.private_key;
  bool has_certificate = !certificate.empty() || !options.cert_file.empty();
  bool has_key = !key.empty() || !options.key_file.empty();
  if (!has_certificate && !has_key) return {};
  if (!has_certificate || !has_key) return useless(subject::pair, "a certificate and its private key belong together");
  if (certificate.empty()) {
    auto text = read_pem(subject::certificate, options.cert_file);
    if (!text) return failed(text.error());
    certificate = std::move(*text);
  }
  if (key.empty()) {
    auto text = read_pem(subject::private_key, options.key_file);
    if (!text) return failed(text.error());
    key = std::move(*text);
  }
  if (auto used = use_certificate(context, certificate, options.cert_file); !used) return used;
  return use_key(context, std::move(key), options.key_file);
}

/// The files with the authorities, in the order of their names.
outcome<std::vector<std::string>> authority_files(const tls_options& options) {
  if (!options.ca_file.empty()) return std::vector{options.ca_file};
  std::vector<std::string> files;
  if (options.ca_path.empty()) return files;
  namespace fs = std::filesystem;
  std::error_code ec;
  for (fs::recursive_directory_iterator it(options.ca_path, ec), end; !ec && it != end; it.increment(ec))
    if (it->is_regular_file(ec)) files.push_back(it->path().lexically_normal());
  if (ec) return refused_by_system(subject::authority_folder, options.ca_path, "lstat", ec.value());
  if (files.empty()) return useless(subject::authority_folder, "no CAs found", options.ca_path);
  std::sort(files.begin(), files.end());
  return files;
}

outcome<void> trust(SSL_CTX* context, const std::string& pem, const std::string& file) {
  auto authorities = read_certificates(pem);
  for (const auto& authority : authorities) {
    X509_STORE_add_cert(SSL_CTX_get_cert_store(context), authority.get());
    SSL_CTX_add_client_CA(context, authority.get());
  }
  ERR_clear_error();
  if (authorities.empty()) return useless(subject::authority, "no certificates found", file);
  return {};
}

outcome<void> use_authorities(SSL_CTX* context, const tls_options& options) {
  auto files = authority_files(options);
  if (!files) return failed(files.error());
  for (const auto& pem : options.ca_certificates)
    if (auto trusted = trust(context, pem, {}); !trusted) return trusted;
  for (const auto& file : *files) {
    auto pem = read_pem(subject::authority, file);
    if (!pem) return failed(pem.error());
    if (auto trusted = trust(context, *pem, file); !trusted) return trusted;
  }
  bool system = options.system_authorities && files->empty();
  if (system) SSL_CTX_set_default_verify_paths(context);
  bool nobody = !system && files->empty() && options.ca_certificates.empty();
  if (nobody && options.verification != tls_verification::none)
    return useless(subject::no_authority, "VerifyIncoming set but no CA certificates were provided");
  return {};
}

void use_verification(SSL_CTX* context, const tls_options& options) {
  bool listener = options.side == tls_side::listener;
  if (options.verification == tls_verification::required)
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER | (listener ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0), nullptr);
  else if (options.verification == tls_verification::judged && listener)
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, [](int, X509_STORE_CTX*) { return 1; });
  else
    SSL_CTX_set_verify(context, SSL_VERIFY_NONE, nullptr); // a client keeps the verdict all the same
}

constexpr std::array<std::pair<std::string_view, int>, 6> versions{{{"", TLS1_2_VERSION},
                                                                    {"TLS_AUTO", TLS1_2_VERSION},
                                                                    {"TLSv1_0", TLS1_VERSION},
                                                                    {"TLSv1_1", TLS1_1_VERSION},
                                                                    {"TLSv1_2", TLS1_2_VERSION},
                                                                    {"TLSv1_3", TLS1_3_VERSION}}};

constexpr std::array<std::pair<std::string_view, std::string_view>, 10> suites{{
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

outcome<void> use_protocol(SSL_CTX* context, const tls_options& options) {
  auto version =
      std::find_if(versions.begin(), versions.end(), [&](auto& v) { return v.first == options.min_version; });
  if (version == versions.end())
    return useless(subject::protocol, "unknown TLS version \"" + options.min_version + "\"");
  SSL_CTX_set_min_proto_version(context, version->second);
  // OpenSSL's default security level refuses the signatures that TLS 1.0 and 1.1 need.
  if (version->second < TLS1_2_VERSION) SSL_CTX_set_security_level(context, 0);
  std::string list;
  for (auto& name : options.cipher_suites) {
    auto suite = std::find_if(suites.begin(), suites.end(), [&](auto& s) { return s.first == name; });
    if (suite == suites.end()) return useless(subject::protocol, "unknown TLS cipher suite \"" + name + "\"");
    if (!list.empty()) list += ':';
    list += suite->second;
  }
  if (list.empty()) list = default_ciphers;
  if (SSL_CTX_set_cipher_list(context, list.c_str()) != 1)
    return useless(subject::protocol, "TLS cipher suites: " + last_tls_error());
  return {};
}

/// A client that insists on another protocol is refused (RFC 7301 3.2).
int choose_protocol(SSL*, const unsigned char** out, unsigned char* length, const unsigned char* in, unsigned size,
                    void* only) {
  std::string_view name = static_cast<const char*>(only);
  auto ours = static_cast<char>(name.size()) + std::string(name);
  auto picked = SSL_select_next_proto(const_cast<unsigned char**>(out), length,
                                      reinterpret_cast<const unsigned char*>(ours.data()),
                                      static_cast<unsigned>(ours.size()), in, size);
  return picked == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

void use_sessions(SSL_CTX* context, const tls_options& options) {
  SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION);
  // Idle connections give their record buffers (34 kB) back.
  SSL_CTX_set_mode(context,
                   SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER | SSL_MODE_RELEASE_BUFFERS);
  // Sessions of clients that showed a certificate are resumed only with it.
  static constexpr unsigned char session_context[] = "praetor";
  SSL_CTX_set_session_id_context(context, session_context, sizeof session_context - 1);
  if (!options.resumable) SSL_CTX_set_num_tickets(context, 0);
  if (options.application_protocol)
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, const_cast<char*>(options.application_protocol));
}

} // namespace

std::string tls_failure::text() const {
  auto refusal = std::generic_category().message(system_error);
  auto why = operation ? operation + (" " + file + ": ") + refusal : reason;
  switch (about) {
  case subject::certificate:
  case subject::private_key:
  case subject::mismatch: return "Failed to load cert/key pair: " + why;
  case subject::authority: return "Error loading from " + (file.empty() ? "CA certificate" : file) + ": " + why;
  case subject::authority_folder:
    return operation ? "Error loading from " + file + ": " + refusal : "Error loading from CAPath: " + reason;
  default: return why;
  }
}

tl::expected<tls_context, tls_failure> make_tls_context(const tls_options& options) {
  auto* method = options.side == tls_side::listener ? TLS_server_method() : TLS_client_method();
  tls_context context(SSL_CTX_new(method), SSL_CTX_free);
  PRAETOR_ASSERT(context);
  use_sessions(context.get(), options);
  use_verification(context.get(), options);
  if (auto used = use_pair(context.get(), options); !used) return failed(used.error());
  if (auto used = use_authorities(context.get(), options); !used) return failed(used.error());
  if (auto used = use_protocol(context.get(), options); !used) return failed(used.error());
  return context;
}

} // namespace praetor
