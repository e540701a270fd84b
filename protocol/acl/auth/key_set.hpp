#pragma once

#include "protocol/acl/auth/public_key.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace praetor::acl::auth {

/// The public keys of an issuer (RFC 7517 5).
struct key_set {
  struct member {
    std::string id; ///< empty: not named
    public_key key;
  };
  std::vector<member> keys;

  /// Whether one of the keys has signed the text. A text that names a key is verified with keys of that name only.
  bool verifies(const signed_text& text) const;
};
using key_set_ptr = std::shared_ptr<const key_set>;

/// The number of keys that a set may have. A larger one is rejected.
inline constexpr std::size_t most_keys = 100;

/// Parses a JSON Web Key Set. Symmetric keys are kept as keys that verify nothing: a set is public. The errors are
/// those of go-jose.
expected<key_set> parse_key_set(std::string_view json);

} // namespace praetor::acl::auth
