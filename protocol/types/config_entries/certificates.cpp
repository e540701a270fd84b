#include "protocol/types/config_entries/certificates.hpp"

#include "protocol/base/ip_address.hpp"
#include "protocol/base/openssl_ptr.hpp"
#include "protocol/base/quoted.hpp"

#include <openssl/err.h>

namespace praetor::config_entries {

namespace {

/// The first block of PEM text.
struct pem_block {
  std::string type, bytes;
};

void free_bytes(void* p) { OPENSSL_free(p); }

std::optional<pem_block> first_block(const std::string& text) {
  bio_ptr in(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  char *name = nullptr, *header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  bool found = in && PEM_read_bio(in.get(), &name, &header, &data, &size) == 1;
  std::unique_ptr<char, freed_by<free_bytes>> name_owner(name), header_owner(header);
  std::unique_ptr<unsigned char, freed_by<free_bytes>> data_owner(data);
  ERR_clear_error();
  if (!found) return std::nullopt;
  return pem_block{name, {reinterpret_cast<const char*>(data), static_cast<std::size_t>(size)}};
}

certificate_ptr certificate_of(const pem_block& block) {
  auto begin = reinterpret_cast<const unsigned char*>(block.bytes.data());
  auto at = begin;
  certificate_ptr out(d2i_X509(nullptr, &at, static_cast<long>(block.bytes.size())));
  ERR_clear_error();
  return out && at == begin + block.bytes.size() ? std::move(out) : nullptr;
}

key_ptr key_of(const pem_block& block) {
  auto at = reinterpret_cast<const unsigned char*>(block.bytes.data());
  key_ptr out(d2i_AutoPrivateKey(nullptr, &at, static_cast<long>(block.bytes.size())));
  ERR_clear_error();
  return out;
}

std::string text_of(const ASN1_STRING* s) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(s)), static_cast<std::size_t>(ASN1_STRING_length(s))};
}

std::string address_text(const std::string& bytes) {
  ip_address out;
  if (bytes.size() != 4 && bytes.size() != out.bytes.size()) return {};
  out.is_v4 = bytes.size() == 4;
  std::copy(bytes.begin(), bytes.end(), out.bytes.begin());
  return out.text();
}

/// The common name, and the DNS names and addresses among the alternative names.
string_list hosts_of(const X509& certificate) {
  string_list out;
  const auto* subject = X509_get_subject_name(&certificate);
  int last = -1;
  for (int i = X509_NAME_get_index_by_NID(subject, NID_commonName, -1); i >= 0;
       i = X509_NAME_get_index_by_NID(subject, NID_commonName, i))
    last = i;
  out.push_back(last >= 0 ? text_of(X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, last))) : std::string());
  names_ptr names(static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; names && i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const auto* each = sk_GENERAL_NAME_value(names.get(), i);
    if (each->type == GEN_DNS) out.push_back(text_of(each->d.dNSName));
    if (each->type == GEN_IPADD) out.push_back(address_text(text_of(each->d.iPAddress)));
  }
  return out;
}

} // namespace

expected<void> inline_certificate::validate() const {
  constexpr int shortest_rsa_key = 2048;
  if (auto good = check_meta(meta).result(); !good) return good;
  auto key_block = first_block(private_key);
  if (!key_block) return fail("failed to parse private key PEM");
  auto key = key_of(*key_block);
  if (key_block->type == "RSA PRIVATE KEY") {
    if (!key) return fail("x509: failed to parse private key");
    if (EVP_PKEY_get_bits(key.get()) < shortest_rsa_key) return fail("key length must be at least 2048 bits");
  }
  auto certificate_block = first_block(certificate);
  if (!certificate_block) return fail("failed to parse certificate PEM");
  auto parsed = certificate_of(*certificate_block);
  if (!parsed) return fail("failed to parse certificate: x509: malformed certificate");
  if (!key) return fail("tls: failed to parse private key");
  const auto* public_key = X509_get0_pubkey(parsed.get());
  bool same = public_key && EVP_PKEY_eq(public_key, key.get()) == 1;
  bool same_type = public_key && EVP_PKEY_get_base_id(public_key) == EVP_PKEY_get_base_id(key.get());
  ERR_clear_error();
  if (!same_type) return fail("tls: private key type does not match public key type");
  if (!same) return fail("tls: private key does not match public key");
  for (const auto& host : hosts_of(*parsed))
    if (!is_domain_name(host)) return fail("host " + praetor::quoted(host) + " must be a valid DNS hostname");
  return {};
}

} // namespace praetor::config_entries
