#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>

namespace praetor {

/// A key composed of parts. Each part is preceded by its length, so that no part can imitate a boundary: different
/// lists of parts give different keys. The order of the keys is meaningless.
class joined_key {
public:
  joined_key() = default;
  joined_key(std::initializer_list<std::string_view> parts) {
    for (auto part : parts) add(part);
  }

  joined_key& add(std::string_view part) {
    auto size = static_cast<std::uint32_t>(part.size());
    for (int byte = 0; byte < 4; ++byte, size >>= 8) bytes_ += static_cast<char>(size & 0xff);
    bytes_ += part;
    return *this;
  }
  void reserve(std::size_t bytes) { bytes_.reserve(bytes); }

  const std::string& text() const& { return bytes_; }
  std::string text() && { return std::move(bytes_); }

private:
  std::string bytes_;
};

} // namespace praetor
