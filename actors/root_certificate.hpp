#pragma once

#include "protocol/types/connect.hpp"
#include "protocol/types/error.hpp"

#include <functional>

namespace praetor {

/// The parameters of a new root certificate.
struct root_certificate_request {
  std::string cluster_id; ///< UUID: the trust domain is `<cluster_id>.consul`
  std::string unique;     ///< eight characters that make the root's common name unique
  std::uint64_t serial = 1;
  timestamp not_before, not_after;
};

/// A root and its signing key.
struct root_certificate {
  ca_root root;            ///< active
  std::string private_key; ///< PEM
};

using root_certificate_maker = std::function<expected<root_certificate>(const root_certificate_request&)>;

} // namespace praetor
