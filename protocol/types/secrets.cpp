#include "protocol/types/secrets.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

namespace praetor {

namespace {

constexpr std::string_view shown_instead = "<hidden>";
constexpr std::string_view scheme_end = "://";

bool ends_parameter(char c) {
  // Texts quote URLs and put them in brackets; what follows is not part of them.
  return c == '&' || c == '#' || c == '"' || c == '\'' || c == '<' || c == '>' || static_cast<unsigned char>(c) <= ' ';
}

bool ends_authority(char c) { return c == '/' || c == '?' || ends_parameter(c); }

/// Replaces the password between the scheme at `at` and the host. @returns where to go on
std::size_t hide_password(std::string& text, std::size_t at) {
  auto end = static_cast<std::size_t>(
      std::find_if(text.begin() + static_cast<std::ptrdiff_t>(at), text.end(), ends_authority) - text.begin());
  auto host = text.rfind('@', end);
  if (host == text.npos || host < at || host >= end) return at;
  auto colon = text.find(':', at);
  if (colon == text.npos || colon >= host) return host;
  auto password = std::string_view(text).substr(colon + 1, host - colon - 1);
  if (password == shown_instead || password == "***") return host;
  text.replace(colon + 1, host - colon - 1, shown_instead);
  return colon + 1 + shown_instead.size();
}

/// Replaces the value of the parameter that begins at `at` if its name says that it is a secret.
std::size_t hide_parameter(std::string& text, std::size_t at) {
  auto name_end = at;
  while (name_end < text.size() && text[name_end] != '=' && !ends_parameter(text[name_end])) ++name_end;
  if (name_end >= text.size() || text[name_end] != '=') return name_end;
  auto value = name_end + 1, end = value;
  while (end < text.size() && !ends_parameter(text[end])) ++end;
  if (!names_a_secret(std::string_view(text).substr(at, name_end - at)) || end == value ||
      std::string_view(text).substr(value).starts_with(shown_instead))
    return end;
  text.replace(value, end - value, shown_instead);
  return value + shown_instead.size();
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
  // A volatile write is not left out although nobody reads it.
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
  for (auto at = text.find(scheme_end); at != text.npos; at = text.find(scheme_end, at))
    at = hide_password(text, at + scheme_end.size());
  for (auto at = text.find_first_of("?&"); at != text.npos; at = text.find_first_of("?&", at))
    at = hide_parameter(text, at + 1);
  return text;
}

} // namespace praetor
