#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace praetor::storage {

/// CRC-64/XZ (ECMA-182, reflected); pass an earlier result to continue it. Used in Consul's snapshot directories.
std::uint64_t crc64(std::string_view bytes, std::uint64_t before = 0);

/// Incremental SHA-256.
class sha256 {
public:
  sha256();
  ~sha256();
  sha256(sha256&&) noexcept;
  sha256& operator=(sha256&&) noexcept;

  void update(std::string_view bytes);
  /// The 32-byte digest; add nothing afterwards.
  std::string finish();

private:
  struct context;
  std::unique_ptr<context> context_;
};

} // namespace praetor::storage
