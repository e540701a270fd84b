#pragma once

#include <string>
#include <string_view>

namespace praetor {

/// Compares two secrets in time that depends only on their lengths: the time of an answer must not reveal how much of a
/// guess is right.
bool same_secret(std::string_view one, std::string_view other);

/// Overwrites a secret before its memory is freed. Leaves the text empty.
void wipe(std::string& secret);

/// Whether a name denotes a secret: it contains key, token, secret, password, passphrase, credential or authorization,
/// in any case.
bool names_a_secret(std::string_view name);

/// Replaces the secrets of the URLs in a text with "<hidden>": the values of parameters that denote one ("?token=..."),
/// and passwords before a host ("http://user:password@host").
std::string without_url_secrets(std::string text);

} // namespace praetor
