#pragma once

#include "protocol/types/error.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace praetor::swim {

/// The keys of a gossip pool as raw bytes of 16, 24 or 32 (AES-128, -192, -256). The first key is the primary one and
/// encrypts; all keys decrypt. An empty ring means no encryption.
class keyring {
public:
  keyring() = default;
  /// @param base64 the configured key
  static expected<keyring> of_key(std::string_view base64);
  /// Parses a key ring file: a JSON list of base64 keys, at least one, the primary one first.
  static expected<keyring> parse(std::string_view file);
  /// The content of the key ring file.
  std::string to_json() const;

  bool empty() const { return keys_.empty(); }
  /// Raw bytes, the primary key first.
  const std::vector<std::string>& keys() const { return keys_; }
  /// Base64, the primary key first.
  std::vector<std::string> encoded() const;

  /// Adds a key (base64). A key that exists keeps its position.
  expected<void> install(std::string_view base64);
  /// Makes an installed key the primary one. Error: `Requested key is not in the keyring`.
  expected<void> use(std::string_view base64);
  /// Removes a key; ignores an unknown one. Error: `Removing the primary key is not allowed`.
  expected<void> remove(std::string_view base64);

  bool operator==(const keyring&) const = default;

private:
  std::vector<std::string> keys_;
};

/// Decodes a base64 key. Errors: invalid base64, or `key size must be 16, 24 or 32 bytes`.
expected<std::string> decode_key(std::string_view base64);

using nonce_bytes = std::array<unsigned char, 12>;
inline constexpr std::size_t tag_size = 16;

/// AES-GCM: ciphertext followed by the tag. `header` is authenticated, not encrypted.
std::string seal(const std::string& key, const nonce_bytes& nonce, std::string_view plain, std::string_view header);
/// The plain text, or an error if no key of the ring fits or the data was altered.
expected<std::string> open(const keyring& keys, const nonce_bytes& nonce, std::string_view sealed,
                           std::string_view header);

} // namespace praetor::swim
