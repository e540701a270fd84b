#include "tests/unit/support/authority.hpp"

#include <fstream>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <random>

namespace {

std::shared_ptr<EVP_PKEY> new_key() { return {EVP_EC_gen("P-256"), EVP_PKEY_free}; }

std::string pem_of(X509* certificate) {
  std::shared_ptr<BIO> text(BIO_new(BIO_s_mem()), BIO_free_all);
  PEM_write_bio_X509(text.get(), certificate);
  char* bytes = nullptr;
  auto size = BIO_get_mem_data(text.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

std::string pem_of(EVP_PKEY* key) {
  std::shared_ptr<BIO> text(BIO_new(BIO_s_mem()), BIO_free_all);
  PEM_write_bio_PrivateKey(text.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  char* bytes = nullptr;
  auto size = BIO_get_mem_data(text.get(), &bytes);
  return {bytes, static_cast<std::size_t>(size)};
}

void add_extension(X509* to, int kind, const std::string& value) {
  auto* extension = X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str());
  X509_add_ext(to, extension, -1);
  X509_EXTENSION_free(extension);
}

std::shared_ptr<X509> make(EVP_PKEY* key, const std::string& subject, const std::string& issuer) {
  static std::mt19937_64 serials{std::random_device{}()};
  std::shared_ptr<X509> made(X509_new(), X509_free);
  auto* x = made.get();
  X509_set_version(x, 2);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), serials() >> 1);
  X509_gmtime_adj(X509_getm_notBefore(x), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x), 3600);
  X509_set_pubkey(x, key);
  auto name = [](X509_NAME* into, const std::string& text) {
    X509_NAME_add_entry_by_txt(into, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(text.c_str()), -1, -1,
                               0);
  };
  name(X509_get_subject_name(x), subject);
  std::shared_ptr<X509_NAME> by(X509_NAME_new(), X509_NAME_free);
  name(by.get(), issuer);
  X509_set_issuer_name(x, by.get());
  return made;
}

} // namespace

pem_folder::pem_folder() {
  std::random_device random;
  path_ =
      std::filesystem::temp_directory_path() / ("praetor-pem-" + std::to_string(random()) + std::to_string(random()));
  std::filesystem::create_directories(path_);
}

pem_folder::~pem_folder() { std::filesystem::remove_all(path_); }

std::string pem_folder::write(const std::string& name, const std::string& text) const {
  std::ofstream(path_ / name) << text;
  return path_ / name;
}

authority::authority(const std::string& name)
    : name_(name), key_(new_key()), certificate_(make(key_.get(), name, name)) {
  add_extension(certificate_.get(), NID_basic_constraints, "critical,CA:TRUE");
  X509_sign(certificate_.get(), key_.get(), EVP_sha256());
}

std::string authority::certificate() const { return pem_of(certificate_.get()); }

authority::leaf authority::issue(const std::string& dns_name) const {
  auto key = new_key();
  auto made = make(key.get(), dns_name, name_);
  add_extension(made.get(), NID_subject_alt_name, "DNS:" + dns_name);
  X509_sign(made.get(), key_.get(), EVP_sha256());
  return {pem_of(made.get()), pem_of(key.get())};
}
