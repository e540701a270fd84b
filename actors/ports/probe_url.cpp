#include "actors/ports/probe_url.hpp"

#include "protocol/base/hex.hpp"
#include "protocol/types/secrets.hpp"
#include "protocol/types/values.hpp"

#include <algorithm>
#include <cctype>

namespace praetor {

namespace {

std::string unescape(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && hex_value(text[i + 1]) >= 0 && hex_value(text[i + 2]) >= 0) {
      out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string escape(std::string_view text) {
  constexpr std::string_view unsafe = " \"<>\\^`{|}";
  std::string out;
  for (char c : text) {
    auto byte = static_cast<unsigned char>(c);
    if (byte > 0x20 && byte < 0x7f && unsafe.find(c) == std::string_view::npos)
      out += c;
    else
      append_hex(out += '%', byte, upper_hex_digits);
  }
  return out;
}

/// The length of "http" in "http://...", 0 if the text does not begin with a scheme.
std::size_t scheme_length(std::string_view text) {
  auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || !std::isalpha(static_cast<unsigned char>(text[0]))) return 0;
  auto allowed = [](unsigned char c) { return std::isalnum(c) || c == '+' || c == '-' || c == '.'; };
  return std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(colon), allowed) ? colon : 0;
}

std::string parse_authority(std::string_view authority, probe_url& out) {
  if (auto at = authority.rfind('@'); at != std::string_view::npos) {
    auto user = authority.substr(0, at);
    auto colon = user.find(':');
    out.has_user = true;
    out.user = unescape(user.substr(0, colon));
    out.has_password = colon != std::string_view::npos;
    if (out.has_password) out.password = unescape(user.substr(colon + 1));
    authority.remove_prefix(at + 1);
  }
  out.host_header = authority;
  auto port = authority.rfind(':');
  if (!authority.empty() && authority.front() == '[') {
    auto end = authority.find(']');
    if (end == std::string_view::npos) return "missing ']' in host";
    out.host = authority.substr(1, end - 1);
    port = end + 1 < authority.size() ? end + 1 : std::string_view::npos;
    if (port != std::string_view::npos && authority[port] != ':')
      return "invalid port " + praetor::quoted(authority.substr(port)) + " after host";
  } else {
    out.host = unescape(authority.substr(0, port));
  }
  if (port != std::string_view::npos) {
    out.port = authority.substr(port + 1);
    if (!std::all_of(out.port.begin(), out.port.end(), [](unsigned char c) { return std::isdigit(c); }))
      return "invalid port " + praetor::quoted(authority.substr(port)) + " after host";
  }
  if (out.port.empty()) out.port = out.scheme == "https" ? "443" : "80";
  return {};
}

} // namespace

std::string parse_url(const std::string& text, probe_url& out) {
  out = {};
  out.text = text;
  auto complain = [&](const std::string& what) { return "parse " + praetor::quoted(text) + ": " + what; };
  for (unsigned char c : text)
    if (c < 0x20 || c == 0x7f) return complain("net/url: invalid control character in URL");
  std::string_view rest = text;
  rest = rest.substr(0, rest.find('#'));
  if (auto length = scheme_length(rest)) {
    out.scheme = lower_case(rest.substr(0, length));
    rest.remove_prefix(length + 1);
  } else if (!rest.empty() && rest.front() == ':') {
    return complain("missing protocol scheme");
  } else if (auto segment = rest.substr(0, rest.find('/')); segment.find(':') != std::string_view::npos) {
    return complain("first path segment in URL cannot contain colon");
  }
  if (rest.starts_with("//")) {
    rest.remove_prefix(2);
    auto end = std::min(rest.find_first_of("/?"), rest.size());
    if (auto wrong = parse_authority(rest.substr(0, end), out); !wrong.empty()) return complain(wrong);
    rest.remove_prefix(end);
  }
  out.target = escape(rest);
  if (out.target.empty() || out.target.front() == '?') out.target.insert(0, "/");
  return {};
}

std::string refusal(const probe_url& url) {
  if (url.scheme != "http" && url.scheme != "https")
    return "unsupported protocol scheme " + praetor::quoted(url.scheme);
  if (url.host.empty()) return "http: no Host in request URL";
  return {};
}

std::string resolve_location(const probe_url& base, const std::string& location) {
  if (scheme_length(location)) return location;
  if (location.starts_with("//")) return base.scheme + ":" + location;
  auto origin = base.scheme + "://" + base.host_header;
  if (location.starts_with("/")) return origin + location;
  auto path = base.target.substr(0, base.target.find('?'));
  if (location.empty() || location.front() == '?') return origin + path + location;
  return origin + path.substr(0, path.rfind('/') + 1) + location;
}

std::string shown(const probe_url& url) {
  if (!url.has_password) return without_url_secrets(url.text);
  auto start = url.text.find("//") + 2;
  auto colon = url.text.find(':', start);
  auto at = url.text.substr(0, url.text.find_first_of("/?#", start)).rfind('@');
  auto out = url.text;
  return without_url_secrets(out.replace(colon + 1, at - colon - 1, "***"));
}

} // namespace praetor
