#include "protocol/base/url.hpp"

#include "protocol/base/characters.hpp"
#include "protocol/base/hex.hpp"
#include "protocol/base/quoted.hpp"

#include <algorithm>

namespace praetor {

namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }

/// Bytes that a request target may hold unescaped.
bool is_kept_in_target(char c) {
  return c > 0x20 && c < 0x7f && std::string_view("\"<>\\^`{|}").find(c) == std::string_view::npos;
}

/// The byte that the escape "%XX" at `at` encodes; -1 if there is no valid escape.
int escaped_byte(std::string_view text, std::size_t at) {
  if (text[at] != '%' || at + 2 >= text.size()) return -1;
  int high = hex_value(text[at + 1]), low = hex_value(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/// The length of "http" in "http://...", 0 if the text does not begin with a scheme.
std::size_t scheme_length(std::string_view text) {
  auto colon = text.find(':');
  if (colon == std::string_view::npos || colon == 0 || !is_letter(text[0])) return 0;
  auto allowed = [](char c) { return is_alphanumeric(c) || c == '+' || c == '-' || c == '.'; };
  return std::ranges::all_of(text.substr(0, colon), allowed) ? colon : 0;
}

void take_user(std::string_view user, parsed_url& out) {
  auto colon = user.find(':');
  out.user = percent_decoded(user.substr(0, colon));
  if (colon != std::string_view::npos) out.password = percent_decoded(user.substr(colon + 1));
}

/// @returns the error, or empty
std::string take_host(std::string_view text, parsed_url& out) {
  out.host_field = text;
  auto end = std::min(text.rfind(':'), text.size());
  if (text.starts_with('[')) {
    auto bracket = text.find(']');
    if (bracket == std::string_view::npos) return "missing ']' in host";
    out.host = text.substr(1, bracket - 1);
    end = bracket + 1;
  } else {
    out.host = percent_decoded(text.substr(0, end));
  }
  auto port = text.substr(end);
  if (!port.empty() && (port[0] != ':' || !std::ranges::all_of(port.substr(1), is_digit)))
    return "invalid port " + praetor::quoted(port) + " after host";
  if (port.size() > 1)
    out.port = port.substr(1);
  else
    out.port = out.scheme == "https" ? "443" : "80";
  return {};
}

std::string take_authority(std::string_view authority, parsed_url& out) {
  if (auto at = authority.rfind('@'); at != std::string_view::npos) {
    take_user(authority.substr(0, at), out);
    authority.remove_prefix(at + 1);
  }
  return take_host(authority, out);
}

/// Why a text without a scheme is not a URL, or empty.
std::string scheme_fault(std::string_view text) {
  if (text.starts_with(':')) return "missing protocol scheme";
  if (text.substr(0, text.find('/')).find(':') != std::string_view::npos)
    return "first path segment in URL cannot contain colon";
  return {};
}

} // namespace

url_parts split_url(std::string_view text) {
  url_parts out;
  if (auto length = scheme_length(text)) {
    out.scheme = text.substr(0, length);
    text.remove_prefix(length + 1);
  }
  if (text.starts_with("//")) {
    text.remove_prefix(2);
    out.authority = text.substr(0, text.find_first_of("/?"));
    text.remove_prefix(out.authority->size());
  }
  out.rest = text;
  return out;
}

tl::expected<parsed_url, std::string> parse_url(std::string_view text) {
  auto fault = [&](const std::string& what) {
    return tl::make_unexpected("parse " + praetor::quoted(text) + ": " + what);
  };
  if (std::ranges::any_of(text, is_control)) return fault("net/url: invalid control character in URL");
  auto whole = text.substr(0, text.find('#'));
  auto parts = split_url(whole);
  if (parts.scheme.empty())
    if (auto wrong = scheme_fault(whole); !wrong.empty()) return fault(wrong);
  parsed_url out;
  out.text = text;
  for (char c : parts.scheme) out.scheme += is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
  if (parts.authority)
    if (auto wrong = take_authority(*parts.authority, out); !wrong.empty()) return fault(wrong);
  out.target = percent_encoded(parts.rest, is_kept_in_target);
  if (!out.target.starts_with('/')) out.target.insert(0, "/");
  return out;
}

std::string resolve_reference(const parsed_url& base, const std::string& reference) {
  if (scheme_length(reference)) return reference;
  if (reference.starts_with("//")) return base.scheme + ":" + reference;
  auto origin = base.scheme + "://" + base.host_field;
  if (reference.starts_with("/")) return origin + reference;
  auto path = base.target.substr(0, base.target.find('?'));
  if (reference.empty() || reference.front() == '?') return origin + path + reference;
  return origin + path.substr(0, path.rfind('/') + 1) + reference;
}

bool percent_decode(std::string_view text, bool plus_is_space, std::string& out) {
  out.clear();
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out += plus_is_space && text[i] == '+' ? ' ' : text[i];
      continue;
    }
    int byte = escaped_byte(text, i);
    if (byte < 0) return false;
    out += static_cast<char>(byte);
    i += 2;
  }
  return true;
}

std::string percent_decoded(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    int byte = escaped_byte(text, i);
    out += byte < 0 ? text[i] : static_cast<char>(byte);
    if (byte >= 0) i += 2;
  }
  return out;
}

std::string percent_encoded(std::string_view text, bool (*is_kept)(char byte)) {
  std::string out;
  out.reserve(text.size());
  for (char c : text) {
    if (is_kept(c))
      out += c;
    else
      append_hex(out += '%', static_cast<unsigned char>(c), upper_hex_digits);
  }
  return out;
}

bool is_unreserved(char c) { return is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~'; }

std::string join_host_port(std::string_view host, std::string_view port) {
  bool bare = host.find(':') == std::string_view::npos;
  std::string out(bare ? "" : "[");
  return out.append(host).append(bare ? ":" : "]:").append(port);
}

tl::expected<host_and_port, std::string> split_host_port(std::string_view address) {
  auto fault = [&](const char* what) { return tl::make_unexpected("address " + std::string(address) + ": " + what); };
  auto colon = address.rfind(':');
  if (colon == std::string_view::npos) return fault("missing port in address");
  auto host = address.substr(0, colon);
  if (host.starts_with('[')) {
    if (!host.ends_with(']')) return fault("missing port in address");
    host = host.substr(1, host.size() - 2);
  } else if (host.find(':') != std::string_view::npos) {
    return fault("too many colons in address");
  }
  return host_and_port{std::string(host), std::string(address.substr(colon + 1))};
}

} // namespace praetor
