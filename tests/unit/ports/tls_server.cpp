#include "tls_server.hpp"

#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

namespace {

std::shared_ptr<X509> self_signed(EVP_PKEY* key, const std::string& names) {
  std::shared_ptr<X509> certificate(X509_new(), X509_free);
  auto* x = certificate.get();
  X509_set_version(x, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x), 1);
  X509_gmtime_adj(X509_getm_notBefore(x), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x), 3600);
  X509_set_pubkey(x, key);
  auto* name = X509_get_subject_name(x);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>("probed"), -1, -1, 0);
  X509_set_issuer_name(x, name);
  if (!names.empty()) {
    auto* extension = X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, names.c_str());
    X509_add_ext(x, extension, -1);
    X509_EXTENSION_free(extension);
  }
  X509_sign(x, key, EVP_sha256());
  return certificate;
}

} // namespace

tls_server::tls_server(const std::string& names, std::string answer)
    : context_(SSL_CTX_new(TLS_server_method()), SSL_CTX_free) {
  std::shared_ptr<EVP_PKEY> key(EVP_EC_gen("P-256"), EVP_PKEY_free);
  auto certificate = self_signed(key.get(), names);
  SSL_CTX_use_certificate(context_.get(), certificate.get());
  SSL_CTX_use_PrivateKey(context_.get(), key.get());
  SSL_CTX_set_alpn_select_cb(
      context_.get(),
      [](SSL*, const unsigned char** chosen, unsigned char* size, const unsigned char* offer, unsigned length,
         void* self) {
        auto& server = *static_cast<tls_server*>(self);
        std::lock_guard lock(server.mutex_);
        server.offered_.assign(reinterpret_cast<const char*>(offer), length);
        *chosen = offer + 1;
        *size = *offer;
        return SSL_TLSEXT_ERR_OK;
      },
      this);
  std::shared_ptr<BIO> text(BIO_new(BIO_s_mem()), BIO_free_all);
  PEM_write_bio_X509(text.get(), certificate.get());
  char* bytes = nullptr;
  auto size = BIO_get_mem_data(text.get(), &bytes);
  certificate_.assign(bytes, static_cast<std::size_t>(size));
  server_ = std::make_unique<local_server>([this, answer = std::move(answer)](int s) {
    std::shared_ptr<SSL> tls(SSL_new(context_.get()), SSL_free);
    SSL_set_fd(tls.get(), s);
    char request[4096];
    if (SSL_accept(tls.get()) != 1 || SSL_read(tls.get(), request, sizeof request) <= 0) return;
    SSL_write(tls.get(), answer.data(), static_cast<int>(answer.size()));
    SSL_shutdown(tls.get());
  });
}

std::string tls_server::offered() {
  std::lock_guard lock(mutex_);
  return offered_;
}
