#pragma once

#include "protocol/types/error.hpp"

#include <string>
#include <string_view>

namespace praetor::acl::auth {

/// A signed text in compact form (RFC 7515 7.1), parsed but not verified.
struct signed_text {
  std::string algorithm;  ///< "RS256"; nothing that a sender claims here is trusted, keys decide what they verify
  std::string key_id;     ///< empty: not named
  std::string payload;    ///< decoded
  std::string input;      ///< the signed bytes: header and payload as received
  std::string signature;  ///< decoded
  bool verifiable = true; ///< false: the header demands an extension that is not understood (RFC 7515 4.1.11)
};

/// Parses a token. Blanks in it are ignored. The errors are those of Consul's library, go-jose.
expected<signed_text> parse_signed_text(std::string_view token);

} // namespace praetor::acl::auth
