#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>

namespace praetor {

/// A URL or request target cut at its delimiters (RFC 3986 appendix B, without the fragment). Nothing is decoded; the
/// views point into the text.
struct url_parts {
  std::string_view scheme;                   ///< empty: none
  std::optional<std::string_view> authority; ///< what follows "//"
  std::string_view rest;                     ///< path and query
};
url_parts split_url(std::string_view text);

/// What a request needs of a URL, by the rules of Go's net/url.
struct parsed_url {
  std::string text;                          ///< as given
  std::string scheme;                        ///< in lower case; empty: none
  std::optional<std::string> user, password; ///< decoded; a password never stands without a user
  std::string host_field;                    ///< host and port as given: the value of the Host field
  std::string host;                          ///< decoded, without brackets
  std::string port;                          ///< 443 or 80 if the URL names none
  std::string target;                        ///< path and query, escaped where a request line needs it
};
/// Any scheme is taken, and a host may be missing.
/// @returns the parts, or Go's error text
tl::expected<parsed_url, std::string> parse_url(std::string_view text);

/// The URL that a reference means on a page of `base` (RFC 3986 5.2; dot segments stay).
std::string resolve_reference(const parsed_url& base, const std::string& reference);

/// %XX to bytes; with `plus_is_space` also '+'. @returns false on a bad escape, `out` is undefined then.
bool percent_decode(std::string_view text, bool plus_is_space, std::string& out);
/// %XX to bytes. A bad escape stands for itself.
std::string percent_decoded(std::string_view text);
/// @param is_kept whether a byte stands for itself; the others become %XX
std::string percent_encoded(std::string_view text, bool (*is_kept)(char byte));
/// Letters, digits, '-', '.', '_' and '~' (RFC 3986 2.3).
bool is_unreserved(char c);

/// "10.0.0.1:8301", "[fe80::1]:8301".
std::string join_host_port(std::string_view host, std::string_view port);

struct host_and_port {
  std::string host; ///< without brackets
  std::string port;
};
/// Undoes `join_host_port`. @returns the parts, neither of them looked at, or the error text of Go's net.SplitHostPort
tl::expected<host_and_port, std::string> split_host_port(std::string_view address);

} // namespace praetor
