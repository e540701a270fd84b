#include "storage/rocks/sealed.hpp"

#include "storage/rocks/crc32c.hpp"

#include <cstddef>

namespace praetor::storage {

namespace {

template <class Number>
std::optional<Number> take(std::string_view& in) {
  if (in.size() < sizeof(Number)) return std::nullopt;
  Number value = 0;
  for (std::size_t i = 0; i < sizeof(Number); ++i)
    value = static_cast<Number>(value << 8 | static_cast<unsigned char>(in[i]));
  in.remove_prefix(sizeof(Number));
  return value;
}

} // namespace

std::optional<std::uint32_t> take_u32(std::string_view& in) { return take<std::uint32_t>(in); }
std::optional<std::uint64_t> take_u64(std::string_view& in) { return take<std::uint64_t>(in); }

std::string seal(std::string_view key, std::string_view payload) {
  std::string out;
  out.reserve(4 + payload.size());
  append_u32(out, crc32c(payload, crc32c(key)));
  out.append(payload);
  return out;
}

std::optional<std::string_view> unseal(std::string_view key, std::string_view value) {
  auto sum = take_u32(value);
  if (!sum || *sum != crc32c(value, crc32c(key))) return std::nullopt;
  return value;
}

} // namespace praetor::storage
