#pragma once

#include "protocol/acl/auth/settings.hpp"

namespace praetor::acl::auth {

/// The registered claims of a JSON Web Token (RFC 7519 4.1) that decide whether it is valid.
struct token_claims {
  std::string issuer;
  string_list audience;
  std::int64_t expiry = 0, not_before = 0, issued_at = 0; ///< seconds since 1970; 0: not given
};

/// A payload: the registered claims and all of them.
struct token_payload {
  token_claims claims;
  free_form all;
};
/// @returns the payload, or the decoder's error
expected<token_payload> parse_payload(std::string_view payload);

/// Checks times, issuer and audience of a token that keys have verified. The errors are Consul's.
/// @param now since 1970
expected<void> check_claims(const jwt_settings& s, token_claims claims, nanoseconds now);
/// The same for a token of an issuer that discovery has found.
/// @param issuer the URL of the issuer
expected<void> check_discovered_claims(const std::string& issuer, const token_claims& claims, nanoseconds now);
/// The audiences of such a token.
expected<void> check_audience(const jwt_settings& s, const token_claims& claims, bool strict);

} // namespace praetor::acl::auth
