#include "storage/rocks/sealed.hpp"

#include "protocol/base/big_endian.hpp"
#include "storage/rocks/crc32c.hpp"

namespace praetor::storage {

std::string seal(std::string_view key, std::string_view payload) {
  std::string out;
  out.reserve(4 + payload.size());
  append_big_endian<std::uint32_t>(out, crc32c(payload, crc32c(key)));
  out.append(payload);
  return out;
}

std::optional<std::string_view> unseal(std::string_view key, std::string_view value) {
  auto sum = take_big_endian<std::uint32_t>(value);
  if (!sum || *sum != crc32c(value, crc32c(key))) return std::nullopt;
  return value;
}

} // namespace praetor::storage
