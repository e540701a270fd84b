#include "storage/snapshot/checksums.hpp"

#include "protocol/types/error.hpp"

#include <array>
#include <cstddef>
#include <openssl/evp.h>

namespace praetor::storage {

namespace {

constexpr std::size_t slices = 8;
using tables_t = std::array<std::array<std::uint64_t, 256>, slices>;

constexpr tables_t make_tables() {
  tables_t t{};
  for (std::uint64_t i = 0; i < 256; ++i) {
    auto value = i;
    for (int bit = 0; bit < 8; ++bit) value = (value >> 1) ^ ((value & 1) ? 0xc96c5795d7870f42u : 0u);
    t[0][i] = value;
  }
  for (std::size_t i = 0; i < 256; ++i)
    for (std::size_t k = 1; k < slices; ++k) t[k][i] = (t[k - 1][i] >> 8) ^ t[0][t[k - 1][i] & 0xff];
  return t;
}

constexpr tables_t tables = make_tables();

} // namespace

std::uint64_t crc64(std::string_view bytes, std::uint64_t before) {
  auto* p = reinterpret_cast<const unsigned char*>(bytes.data());
  auto n = bytes.size();
  auto crc = ~before;
  for (; n >= slices; p += slices, n -= slices) {
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < slices; ++i) word |= std::uint64_t{p[i]} << (8 * i);
    word ^= crc;
    crc = 0;
    for (std::size_t i = 0; i < slices; ++i) crc ^= tables[slices - 1 - i][(word >> (8 * i)) & 0xff];
  }
  for (; n > 0; ++p, --n) crc = (crc >> 8) ^ tables[0][(crc ^ *p) & 0xff];
  return ~crc;
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
