#include "actors/ports/remoting_proof.hpp"

#include "protocol/base/big_endian.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

namespace praetor {

namespace {

constexpr std::string_view label = "praetor server rpc 1";
constexpr std::size_t proof_size = 32;

/// Lengths precede the parts, so that different contexts have different bytes.
void add(std::string& out, std::string_view part) {
  append_big_endian(out, static_cast<std::uint32_t>(part.size()));
  out += part;
}

void add(std::string& out, const hello& said) {
  for (const auto* text : {&said.nonce, &said.id, &said.name, &said.datacenter}) add(out, *text);
  out += said.server ? '\1' : '\0';
}

std::string transcript(connection_end end, const proof_context& context) {
  std::string out;
  add(out, label);
  out += static_cast<char>(end);
  add(out, context.dialler);
  add(out, context.acceptor);
  add(out, context.channel_binding);
  return out;
}

std::string mac(const std::string& key, const std::string& text) {
  std::string out(proof_size, '\0');
  unsigned length = 0;
  auto* done =
      HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(text.data()),
           text.size(), reinterpret_cast<unsigned char*>(out.data()), &length);
  PRAETOR_ASSERT(done && length == proof_size);
  return out;
}

} // namespace

std::string fresh_nonce() {
  std::string out(nonce_size, '\0');
  auto drawn = RAND_bytes(reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size()));
  PRAETOR_ASSERT(drawn == 1);
  return out;
}

std::string prove_key(const swim::keyring& keys, connection_end end, const proof_context& context) {
  PRAETOR_ASSERT(!keys.empty());
  return mac(keys.keys().front(), transcript(end, context));
}

bool proves_key(const swim::keyring& keys, connection_end end, const proof_context& context, std::string_view proof) {
  if (proof.size() != proof_size) return false;
  auto text = transcript(end, context);
  bool any = false;
  for (const auto& key : keys.keys()) any |= CRYPTO_memcmp(mac(key, text).data(), proof.data(), proof_size) == 0;
  return any;
}

} // namespace praetor
