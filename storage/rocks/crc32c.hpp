#pragma once

#include <cstdint>
#include <string_view>

namespace praetor::storage {

/// CRC-32C (Castagnoli, RFC 3720 appendix B.4) of `bytes`; pass an earlier result to continue it.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t before = 0);

} // namespace praetor::storage
