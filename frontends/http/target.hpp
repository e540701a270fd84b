#pragma once

#include "frontends/api/exchange.hpp"

#include <string>
#include <string_view>

namespace praetor::http {

/// The form of a request target, before routing (RFC 9112 3.2).
enum class target_kind {
  path,        ///< request::path and request::raw_query are set
  malformed,   ///< 400 and close
  unprintable, ///< decodes to non-text characters: 400 with an empty body
  redirect,    ///< the path has empty, "." or ".." segments: redirect to `location`
  asterisk,    ///< "*"
  authority    ///< "host:port" of CONNECT
};

struct target_result {
  target_kind kind = target_kind::path;
  std::string location; ///< escaped as by the client, with its query
};

/// Splits a request target in any of its four forms and fills path, raw_query, query and query_ok.
/// @param allow_unprintable accepts non-text characters in the path.
target_result resolve_target(std::string_view raw, bool allow_unprintable, api::request& out);

/// Key and value pairs in order. @returns false if a part could not be decoded; the others are kept.
bool parse_query(std::string_view raw, api::query_parameters& out);

/// Removes empty, "." and ".." segments; keeps a trailing slash.
std::string clean_path(std::string_view path);

/// Whether all characters are letters, marks, digits, punctuation, symbols or the ASCII space. Invalid UTF-8 counts as
/// symbols.
bool is_printable(std::string_view utf8);

} // namespace praetor::http
