#pragma once

#include "protocol/types/error.hpp"

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace praetor::cli {

/// The content of a new certificate.
struct certificate_request {
  /// Short names of X.500 attributes ("CN") and their values, in order.
  std::vector<std::pair<std::string, std::string>> subject;
  std::vector<std::string> dns_names, addresses, uris;
  std::vector<std::string> permitted_domains; ///< of a CA: the only domains it may issue for; empty: any
  std::vector<std::string> purposes;          ///< OpenSSL's names: "serverAuth", "clientAuth"
  bool authority = false;
  std::chrono::days lifetime{365};
};

/// PEM texts.
struct certificate {
  std::string certificate, key;
};

/// A 128-bit random number in decimal.
expected<std::string> new_serial_number();

/// Generates a key (EC, P-256) and its certificate (SHA-256).
/// @param serial decimal
/// @param issuer signs it; null: self-signed
/// Errors: an unusable issuer or request
expected<certificate> issue(const certificate_request& request, const std::string& serial, const certificate* issuer);

} // namespace praetor::cli
