#pragma once

#include "protocol/types/error.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace praetor::cli {

/// What a new certificate is to say.
struct certificate_request {
  /// Short names of X.500 attributes ("CN") and their values, in order.
  std::vector<std::pair<std::string, std::string>> subject;
  std::vector<std::string> dns_names, addresses, uris;
  std::vector<std::string> permitted_domains; ///< of an authority: it may speak for these alone; empty: for all
  std::vector<std::string> purposes;          ///< OpenSSL's names: "serverAuth", "clientAuth"
  bool authority = false;
  std::chrono::days lifetime{365};
};

/// PEM texts.
struct certificate {
  std::string certificate, key;
};

/// A number of 128 random bits, in decimal.
expected<std::string> new_serial_number();

/// Makes a key (EC, P-256) and its certificate (SHA-256).
/// @param serial decimal
/// @param issuer signs it; null: it signs itself
/// Errors: what of the issuer or the request can't be used
expected<certificate> issue(const certificate_request& request, const std::string& serial, const certificate* issuer);

} // namespace praetor::cli
