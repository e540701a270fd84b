#pragma once

#include <string>
#include <string_view>

namespace praetor {

/// The parts of an http or https URL that a request needs.
struct probe_url {
  std::string text;   ///< as given
  std::string scheme; ///< in lower case
  std::string user, password;
  bool has_user = false, has_password = false;
  std::string host; ///< without brackets
  std::string port; ///< the scheme's when the URL names none
  std::string host_header;
  std::string target; ///< path and query, what is not allowed in them escaped
};

/// @returns what is wrong, or empty. Another scheme and a missing host are no faults of the text: see `refusal`.
std::string parse_url(const std::string& text, probe_url& out);
/// Why no request can be made of a URL that was understood; empty if it can.
std::string refusal(const probe_url& url);
/// What a redirection's `location` means on a page of `base`.
std::string resolve_location(const probe_url& base, const std::string& location);
/// The URL without its password.
std::string shown(const probe_url& url);

} // namespace praetor
