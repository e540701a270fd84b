#include "protocol/types/secrets.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace praetor {

namespace {

constexpr std::string_view shown_instead = "<hidden>";
constexpr std::string_view scheme_end = "://";

bool ends_parameter(char c) {
  // The end of a URL in text that quotes or brackets it.
  return c == '&' || c == '#' || c == '"' || c == '\'' || c == '<' || c == '>' || static_cast<unsigned char>(c) <= ' ';
}

bool ends_authority(char c) { return c == '/' || c == '?' || ends_parameter(c); }

/// A range of a text.
struct range {
  std::size_t begin = 0, end = 0;
  bool empty() const { return begin == end; }
};

/// The password in the URL whose scheme ends at `at`, and where to continue.
range password_after(std::string_view text, std::size_t at, std::size_t& next) {
  auto rest = text.substr(at);
  auto authority =
      rest.substr(0, static_cast<std::size_t>(std::find_if(rest.begin(), rest.end(), ends_authority) - rest.begin()));
  next = at + authority.size();
  auto host = authority.rfind('@');
  if (host == authority.npos) return {};
  auto user = authority.substr(0, host);
  auto colon = user.find(':');
  if (colon == user.npos || user.substr(colon + 1) == "***") return {};
  return {at + colon + 1, at + host};
}

/// The value of the parameter at `at`, if its name denotes a secret, and where to continue.
range secret_parameter(std::string_view text, std::size_t at, std::size_t& next) {
  auto name_end = at;
  while (name_end < text.size() && text[name_end] != '=' && !ends_parameter(text[name_end])) ++name_end;
  next = name_end;
  if (name_end >= text.size() || text[name_end] != '=') return {};
  auto value = name_end + 1, end = value;
  while (end < text.size() && !ends_parameter(text[end])) ++end;
  next = end;
  return names_a_secret(text.substr(at, name_end - at)) ? range{value, end} : range{};
}

/// Replaces the part that `secret` selects at every match of `find`. A single pass: a long text may consist of matches
/// only.
template <class Find, class Secret>
std::string hide(std::string text, Find find, Secret secret) {
  std::string out;
  std::size_t copied = 0;
  const std::string_view all = text;
  for (auto at = find(all, std::size_t{0}); at < all.size();) {
    std::size_t next = at;
    auto part = secret(all, at, next);
    if (!part.empty() && all.substr(part.begin, part.end - part.begin) != shown_instead) {
      out.append(all.substr(copied, part.begin - copied)).append(shown_instead);
      copied = part.end;
    }
    at = find(all, std::max(next, at));
  }
  if (copied == 0) return text;
  return out.append(all.substr(copied));
}

/// The position after the next separator of scheme and host.
std::size_t next_host(std::string_view text, std::size_t from) {
  auto at = text.find(scheme_end, from);
  return at == text.npos ? text.size() : at + scheme_end.size();
}

std::size_t next_parameter(std::string_view text, std::size_t from) {
  auto at = text.find_first_of("?&", from);
  return at == text.npos ? text.size() : at + 1;
}

} // namespace

bool same_secret(std::string_view one, std::string_view other) {
  if (one.size() != other.size()) return false;
  volatile unsigned char difference = 0;
  for (std::size_t i = 0; i < one.size(); ++i)
    difference = static_cast<unsigned char>(
        difference | (static_cast<unsigned char>(one[i]) ^ static_cast<unsigned char>(other[i])));
  return difference == 0;
}

void wipe(std::string& secret) {
  // The compiler may not omit volatile writes, although nothing reads them.
  volatile char* bytes = secret.data();
  for (std::size_t i = 0; i < secret.size(); ++i) bytes[i] = 0;
  secret.clear();
}

bool names_a_secret(std::string_view name) {
  constexpr std::array<std::string_view, 7> words{"key",        "token",      "secret",       "password",
                                                  "passphrase", "credential", "authorization"};
  auto same = [](char c, char lower) { return c == lower || (c >= 'A' && c <= 'Z' && c - 'A' + 'a' == lower); };
  return std::any_of(words.begin(), words.end(), [&](std::string_view word) {
    return std::search(name.begin(), name.end(), word.begin(), word.end(), same) != name.end();
  });
}

std::string without_url_secrets(std::string text) {
  return hide(hide(std::move(text), next_host, password_after), next_parameter, secret_parameter);
}

} // namespace praetor
