#include "protocol/swim/keyring.hpp"

#include "protocol/codec/base64.hpp"
#include "protocol/codec/json_read.hpp"
#include "protocol/codec/json_write.hpp"
#include "protocol/swim/limits.hpp"
#include "protocol/types/secrets.hpp"

#include <algorithm>
#include <memory>
#include <openssl/evp.h>

namespace praetor::swim {

namespace {

const EVP_CIPHER* cipher_for(const std::string& key) {
  switch (key.size()) {
  case 16: return EVP_aes_128_gcm();
  case 24: return EVP_aes_192_gcm();
  default: return EVP_aes_256_gcm();
  }
}

struct context_deleter {
  void operator()(EVP_CIPHER_CTX* context) const { EVP_CIPHER_CTX_free(context); }
};
using context = std::unique_ptr<EVP_CIPHER_CTX, context_deleter>;

const unsigned char* bytes_of(std::string_view text) { return reinterpret_cast<const unsigned char*>(text.data()); }
unsigned char* bytes_of(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }
int length_of(std::string_view text) {
  PRAETOR_ASSERT(text.size() <= 0x7fffffff);
  return static_cast<int>(text.size());
}

bool open_with(const std::string& key, const nonce_bytes& nonce, std::string_view sealed, std::string_view header,
               std::string& plain) {
  context c(EVP_CIPHER_CTX_new());
  auto text = sealed.substr(0, sealed.size() - tag_size);
  std::string tag(sealed.substr(text.size()));
  plain.resize(text.size());
  int length = 0;
  return EVP_DecryptInit_ex(c.get(), cipher_for(key), nullptr, bytes_of(key), nonce.data()) == 1 &&
         EVP_DecryptUpdate(c.get(), nullptr, &length, bytes_of(header), length_of(header)) == 1 &&
         EVP_DecryptUpdate(c.get(), bytes_of(plain), &length, bytes_of(text), length_of(text)) == 1 &&
         EVP_CIPHER_CTX_ctrl(c.get(), EVP_CTRL_GCM_SET_TAG, tag_size, tag.data()) == 1 &&
         EVP_DecryptFinal_ex(c.get(), nullptr, &length) == 1;
}

auto place_of(const std::string& key, std::vector<std::string>& keys) {
  return std::find_if(keys.begin(), keys.end(), [&](const std::string& each) { return same_secret(each, key); });
}

} // namespace

expected<std::string> decode_key(std::string_view base64) {
  auto key = base64_decode(base64);
  if (!key) return key;
  if (key->size() != 16 && key->size() != 24 && key->size() != 32) return fail("key size must be 16, 24 or 32 bytes");
  return key;
}

expected<keyring> keyring::of_key(std::string_view base64) {
  keyring result;
  if (auto done = result.install(base64); !done) return tl::unexpected(done.error());
  return result;
}

expected<keyring> keyring::parse(std::string_view file) {
  json::read_options options;
  options.whole_text = true;
  auto keys = json::read<std::vector<std::string>>(file, options);
  if (!keys) return fail("a key ring file is a JSON list of base64 keys: " + keys.error().text);
  if (keys->empty()) return fail("the key ring file holds no key; it wants at least one");
  keyring result;
  for (const auto& key : *keys)
    if (auto done = result.install(key); !done) return fail("a key of the key ring file: " + done.error().text);
  return result;
}

std::string keyring::to_json() const { return json::indent(json::to_string(encoded()), "  "); }

std::vector<std::string> keyring::encoded() const {
  std::vector<std::string> result;
  for (const auto& key : keys_) result.push_back(base64_encode(key));
  return result;
}

expected<void> keyring::install(std::string_view base64) {
  auto key = decode_key(base64);
  if (!key) return tl::unexpected(key.error());
  if (place_of(*key, keys_) != keys_.end()) return {};
  if (keys_.size() >= key_limit)
    return fail("the key ring is full: it holds " + std::to_string(key_limit) + " keys; remove one first");
  keys_.push_back(std::move(*key));
  return {};
}

expected<void> keyring::use(std::string_view base64) {
  auto key = decode_key(base64);
  if (!key) return tl::unexpected(key.error());
  auto place = place_of(*key, keys_);
  if (place == keys_.end()) return fail("Requested key is not in the keyring");
  std::rotate(keys_.begin(), place, place + 1);
  return {};
}

expected<void> keyring::remove(std::string_view base64) {
  auto key = decode_key(base64);
  if (!key) return tl::unexpected(key.error());
  auto place = place_of(*key, keys_);
  if (place == keys_.end()) return {};
  if (place == keys_.begin()) return fail("Removing the primary key is not allowed");
  wipe(*place);
  keys_.erase(place);
  return {};
}

std::string seal(const std::string& key, const nonce_bytes& nonce, std::string_view plain, std::string_view header) {
  context c(EVP_CIPHER_CTX_new());
  std::string result(plain.size() + tag_size, '\0');
  int length = 0;
  bool done = EVP_EncryptInit_ex(c.get(), cipher_for(key), nullptr, bytes_of(key), nonce.data()) == 1 &&
              EVP_EncryptUpdate(c.get(), nullptr, &length, bytes_of(header), length_of(header)) == 1 &&
              EVP_EncryptUpdate(c.get(), bytes_of(result), &length, bytes_of(plain), length_of(plain)) == 1 &&
              EVP_EncryptFinal_ex(c.get(), nullptr, &length) == 1 &&
              EVP_CIPHER_CTX_ctrl(c.get(), EVP_CTRL_GCM_GET_TAG, tag_size, result.data() + plain.size()) == 1;
  // Fails only when out of memory. Never send the plain text instead.
  PRAETOR_ASSERT(done);
  return result;
}

expected<std::string> open(const keyring& keys, const nonce_bytes& nonce, std::string_view sealed,
                           std::string_view header) {
  if (sealed.size() < tag_size) return fail("sealed bytes are shorter than their authentication tag");
  std::string plain;
  for (const auto& key : keys.keys())
    if (open_with(key, nonce, sealed, header, plain)) return plain;
  return fail("no installed gossip key fits, or the bytes were altered on their way");
}

} // namespace praetor::swim
