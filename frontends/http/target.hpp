#pragma once

#include "frontends/api/exchange.hpp"

#include <string>
#include <string_view>

namespace praetor::http {

/// What a request target is, before any route is looked at.
enum class target_kind {
  path,        ///< request::path and request::raw_query are set
  malformed,   ///< 400 and the end of the connection
  unprintable, ///< decodes to characters that are no text: 400 with an empty body
  redirect,    ///< the path has empty, "." or ".." segments: go to `location`
  asterisk,    ///< "*"
  authority    ///< "host:port" of CONNECT
};

struct target_result {
  target_kind kind = target_kind::path;
  std::string location; ///< escaped as the client escaped it, with its query
};

/// Takes a request target in any of its four forms apart and fills path, raw_query, query and query_ok.
/// @param allow_unprintable leaves characters that are no text in the path.
target_result resolve_target(std::string_view raw, bool allow_unprintable, api::request& out);

/// Key and value pairs in their order. @returns false if a part could not be decoded; the others are kept.
bool parse_query(std::string_view raw, api::query_parameters& out);

/// Without empty, "." and ".." segments; a last slash stays.
std::string clean_path(std::string_view path);

/// Whether all characters are letters, marks, digits, punctuation, symbols or the ASCII space. Bytes that are no UTF-8
/// count as symbols.
bool is_printable(std::string_view utf8);

} // namespace praetor::http
