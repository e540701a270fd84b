#pragma once

#include "protocol/types/error.hpp"

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace praetor::swim {

/// The keys of a gossip pool, raw bytes of 16, 24 or 32 (AES-128, -192, -256). The first is the primary one: it seals;
/// all of them open. An empty ring means that nothing is sealed.
class keyring {
public:
  keyring() = default;
  /// @param base64 the configured key
  static expected<keyring> of_key(std::string_view base64);
  /// The content of a key ring file: a JSON list of base64 keys, the primary one first; at least one.
  static expected<keyring> parse(std::string_view file);
  /// The content of the file.
  std::string to_json() const;

  bool empty() const { return keys_.empty(); }
  /// Raw bytes, the primary key first.
  const std::vector<std::string>& keys() const { return keys_; }
  /// In base64, the primary key first.
  std::vector<std::string> encoded() const;

  /// Adds a key (base64). One that is there stays where it is.
  expected<void> install(std::string_view base64);
  /// Makes an installed key the primary one. Error: `Requested key is not in the keyring`.
  expected<void> use(std::string_view base64);
  /// Removes a key; one that is not there is no error. Error: `Removing the primary key is not allowed`.
  expected<void> remove(std::string_view base64);

  bool operator==(const keyring&) const = default;

private:
  std::vector<std::string> keys_;
};

/// Raw bytes of a key in base64. Errors: not base64, or `key size must be 16, 24 or 32 bytes`.
expected<std::string> decode_key(std::string_view base64);

using nonce_bytes = std::array<unsigned char, 12>;
inline constexpr std::size_t tag_size = 16;

/// AES-GCM: ciphertext with its tag behind it. `header` is authenticated, not encrypted.
std::string seal(const std::string& key, const nonce_bytes& nonce, std::string_view plain, std::string_view header);
/// The plain text, or an error if no key of the ring fits or anything was altered.
expected<std::string> open(const keyring& keys, const nonce_bytes& nonce, std::string_view sealed,
                           std::string_view header);

} // namespace praetor::swim
