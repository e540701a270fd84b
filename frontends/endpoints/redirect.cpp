#include "frontends/endpoints/redirect.hpp"

namespace praetor::endpoints {

namespace {

void append_html_escaped(std::string& out, std::string_view text) {
  for (char c : text) switch (c) {
    case '&': out += "&amp;"; break;
    case '<': out += "&lt;"; break;
    case '>': out += "&gt;"; break;
    case '"': out += "&#34;"; break;
    case '\'': out += "&#39;"; break;
    default: out += c;
    }
}

} // namespace

answer redirect_answer(std::string_view method, std::string_view location) {
  answer there;
  there.status = 301;
  there.headers.emplace_back("Location", location);
  if (method == "GET" || method == "HEAD") there.content_type = "text/html; charset=utf-8";
  if (method == "GET") {
    std::string page = "<a href=\"";
    append_html_escaped(page, location);
    page += "\">Moved Permanently</a>.\n\n";
    there.body = std::make_shared<const std::string>(std::move(page));
  }
  return there;
}

} // namespace praetor::endpoints
