#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace praetor {

/// An IPv4 or IPv6 address. IPv4-mapped IPv6 addresses (::ffff:1.2.3.4) become IPv4 addresses.
struct ip_address {
  std::array<std::uint8_t, 16> bytes{}; ///< IPv4: the first four
  bool is_v4 = true;

  /// Parses an address without brackets and zone.
  static std::optional<ip_address> parse(std::string_view text);
  std::string text() const;
  bool is_any() const;
  bool operator==(const ip_address&) const = default;

  int bits() const { return is_v4 ? 32 : 128; }
  /// Clears the host bits.
  ip_address masked(int prefix_length) const;
};

/// A network in CIDR form (RFC 4632, RFC 4291 2.3).
struct ip_network {
  ip_address base; ///< host bits are clear
  int prefix_length = 0;

  /// Parses "10.0.0.0/8" and clears the host bits.
  static std::optional<ip_network> parse(std::string_view text);
  std::string text() const;
  bool contains(const ip_address& address) const;
};

/// Whether one of the networks contains the address. False for a malformed address; skips malformed networks.
bool is_within(std::string_view address, std::span<const std::string> networks);
/// True for "0.0.0.0", "::" and "[::]".
bool is_any_address(std::string_view text);

} // namespace praetor
