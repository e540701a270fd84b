#pragma once

#include "protocol/types/error.hpp"

#include <string>
#include <string_view>

namespace praetor {

/// Decodes standard base64 with padding (RFC 4648 4); ignores line ends. The error text is Go's:
/// `illegal base64 data at input byte N`.
expected<std::string> base64_decode(std::string_view text);
/// Decodes the alphabet for URLs without padding (RFC 4648 5); ignores line ends. The same error text.
expected<std::string> base64url_decode(std::string_view text);
/// With padding.
std::string base64_encode(std::string_view bytes);

} // namespace praetor
