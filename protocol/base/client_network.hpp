#pragma once

#include <arpa/inet.h>
#include <array>
#include <cstddef>
#include <string>

namespace praetor {

/// The unit that limits count as one client: an IPv4 address, an IPv6 /64, or "" for all unix socket clients. A host
/// usually controls all 2^64 addresses of its IPv6 network.
inline std::string client_network(const std::string& address) {
  constexpr std::size_t network_bytes = 8;
  std::array<unsigned char, 16> v6{};
  if (address.find(':') == address.npos || ::inet_pton(AF_INET6, address.c_str(), v6.data()) != 1) return address;
  for (auto i = network_bytes; i < v6.size(); ++i) v6[i] = 0;
  std::array<char, INET6_ADDRSTRLEN> text{};
  ::inet_ntop(AF_INET6, v6.data(), text.data(), text.size());
  return std::string(text.data()) + "/64";
}

} // namespace praetor
