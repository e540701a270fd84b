#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace praetor::config {

/// An IPv4 or IPv6 address. IPv4 addresses written as IPv6 ones (::ffff:1.2.3.4) are IPv4 addresses.
struct ip_address {
  std::array<std::uint8_t, 16> bytes{}; ///< IPv4: the first four
  bool is_v4 = true;

  /// Without brackets and zone.
  static std::optional<ip_address> parse(std::string_view text);
  std::string text() const;
  bool is_any() const;
  bool operator==(const ip_address&) const = default;

  int bits() const { return is_v4 ? 32 : 128; }
  /// The first address of the network of that prefix length.
  ip_address masked(int prefix_length) const;
};

/// "10.0.0.0/8" in canonical form (host bits cleared).
std::optional<std::string> canonical_cidr(std::string_view text);
/// True for "0.0.0.0", "::" and "[::]".
bool is_any_address(std::string_view text);

} // namespace praetor::config
