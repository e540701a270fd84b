#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace praetor {

/// A URL or request target split at its delimiters (RFC 3986 appendix B, without the fragment). Not decoded; the views
/// point into the text.
struct url_parts {
  std::string_view scheme;                   ///< empty: none
  std::optional<std::string_view> authority; ///< the part after "//"
  std::string_view rest;                     ///< path and query
};
url_parts split_url(std::string_view text);

/// The parts of a URL that a request needs, by the rules of Go's net/url.
struct parsed_url {
  std::string text;                          ///< as given
  std::string scheme;                        ///< in lower case; empty: none
  std::optional<std::string> user, password; ///< decoded; a password implies a user
  std::string host_field;                    ///< host and port as given: the value of the Host header
  std::string host;                          ///< decoded, without brackets
  std::string port;                          ///< 443 or 80 if the URL names none
  std::string target;                        ///< path and query, escaped where a request line needs it
};
/// Accepts any scheme and a missing host.
/// @returns the parts, or Go's error text
tl::expected<parsed_url, std::string> parse_url(std::string_view text);

/// Resolves a reference against `base` (RFC 3986 5.2; keeps dot segments).
std::string resolve_reference(const parsed_url& base, const std::string& reference);

/// Decodes %XX; with `plus_is_space` also '+'. @returns false on a malformed escape; `out` is undefined then.
bool percent_decode(std::string_view text, bool plus_is_space, std::string& out);
/// Decodes %XX. Keeps a malformed escape as it is.
std::string percent_decoded(std::string_view text);
/// @param is_kept whether a byte stays unescaped
std::string percent_encoded(std::string_view text, bool (*is_kept)(char byte));
/// Letters, digits, '-', '.', '_' and '~' (unreserved, RFC 3986 2.3).
bool is_unreserved(char c);

/// "10.0.0.1:8301", "[fe80::1]:8301".
std::string join_host_port(std::string_view host, std::string_view port);

struct host_and_port {
  std::string host; ///< without brackets
  std::string port;
};
/// The inverse of `join_host_port`. @returns the parts, neither of them validated, or the error text of Go's
/// net.SplitHostPort
tl::expected<host_and_port, std::string> split_host_port(std::string_view address);

} // namespace praetor
