#pragma once

#include "frontends/api/exchange.hpp"

namespace praetor::api {

/// The answer to a path that has to be written otherwise: 301 to `location`, with a page for those who look.
/// Inline, because sockets answer so too, and they know nothing of endpoints but the form of an answer.
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
