#include "storage/snapshot/checksums.hpp"

#include "protocol/types/error.hpp"

#include <lzma.h>
#include <openssl/evp.h>

namespace praetor::storage {

std::uint64_t crc64(std::string_view bytes, std::uint64_t before) {
  return lzma_crc64(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size(), before);
}

struct sha256::context {
  EVP_MD_CTX* digest = EVP_MD_CTX_new();
  context() = default;
  context(const context&) = delete;
  context& operator=(const context&) = delete;
  ~context() { EVP_MD_CTX_free(digest); }
};

sha256::sha256() : context_(std::make_unique<context>()) {
  PRAETOR_ASSERT(EVP_DigestInit_ex(context_->digest, EVP_sha256(), nullptr) == 1);
}
sha256::~sha256() = default;
sha256::sha256(sha256&&) noexcept = default;
sha256& sha256::operator=(sha256&&) noexcept = default;

void sha256::update(std::string_view bytes) {
  PRAETOR_ASSERT(EVP_DigestUpdate(context_->digest, bytes.data(), bytes.size()) == 1);
}

std::string sha256::finish() {
  std::string digest(32, '\0');
  unsigned size = 0;
  PRAETOR_ASSERT(EVP_DigestFinal_ex(context_->digest, reinterpret_cast<unsigned char*>(digest.data()), &size) == 1);
  return digest;
}

} // namespace praetor::storage
