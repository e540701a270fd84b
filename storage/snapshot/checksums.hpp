#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace praetor::storage {

/// CRC-64/XZ (ECMA-182, reflected); pass an earlier result to go on with it. Consul's snapshot directories carry it.
std::uint64_t crc64(std::string_view bytes, std::uint64_t before = 0);

/// SHA-256, piece by piece.
class sha256 {
public:
  sha256();
  ~sha256();
  sha256(sha256&&) noexcept;
  sha256& operator=(sha256&&) noexcept;

  void update(std::string_view bytes);
  /// The 32 bytes; nothing may be added afterwards.
  std::string finish();

private:
  struct context;
  std::unique_ptr<context> context_;
};

} // namespace praetor::storage
