#pragma once

#include "protocol/types/connect.hpp"
#include "protocol/types/error.hpp"

#include <functional>

namespace praetor {

/// What a new root certificate is to say.
struct root_certificate_request {
  std::string cluster_id; ///< UUID: the trust domain is `<cluster_id>.consul`
  std::string unique;     ///< eight characters that tell this root from others in its common name
  std::uint64_t serial = 1;
  timestamp not_before, not_after;
};

/// A root and the key that signs with it.
struct root_certificate {
  ca_root root;            ///< active
  std::string private_key; ///< PEM
};

using root_certificate_maker = std::function<expected<root_certificate>(const root_certificate_request&)>;

} // namespace praetor
