#pragma once

#include "frontends/api/exchange.hpp"

namespace praetor::api {

/// A 301 to `location` for a path that must be written differently, with a page for people. Inline, because the HTTP
/// server uses it too, which knows only the form of an answer and no endpoints.
inline answer redirect_answer(std::string_view method, std::string_view location) {
  answer there;
  there.status = 301;
  there.headers.emplace_back("Location", location);
  if (method == "GET" || method == "HEAD") there.content_type = "text/html; charset=utf-8";
  if (method != "GET") return there;
  std::string page = "<a href=\"";
  for (char c : location) switch (c) {
    case '&': page += "&amp;"; break;
    case '<': page += "&lt;"; break;
    case '>': page += "&gt;"; break;
    case '"': page += "&#34;"; break;
    case '\'': page += "&#39;"; break;
    default: page += c;
    }
  page += "\">Moved Permanently</a>.\n\n";
  there.body = std::make_shared<const std::string>(std::move(page));
  return there;
}

} // namespace praetor::api
