#pragma once

#include <string>
#include <string_view>

namespace praetor {

/// Whether two secrets are equal, in a time that depends on their lengths alone: who may try many values must not learn
/// from the time of the answer how much of one was right.
bool same_secret(std::string_view one, std::string_view other);

/// Overwrites a secret before its memory is given back. The text is empty then.
void wipe(std::string& secret);

/// Whether a name says that its value is a secret: it has key, token, secret, password, passphrase, credential or
/// authorization in it, in whatever case.
bool names_a_secret(std::string_view name);

/// The text with the secrets of the URLs in it replaced by "<hidden>": the values of parameters that name one
/// ("?token=..."), and passwords before a host ("http://user:password@host").
std::string without_url_secrets(std::string text);

} // namespace praetor
