#pragma once

#include "protocol/types/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace praetor::swim {

/// "10.0.0.1:8301", "[fe80::1]:8301": how addresses are told apart everywhere in gossip.
std::string join_address(std::string_view ip, std::uint16_t port);

struct split_address {
  std::string ip;
  std::uint16_t port = 0;
};
/// The parts of an address with a numeric port; the IP is not looked at.
expected<split_address> parse_address(std::string_view address);

} // namespace praetor::swim
