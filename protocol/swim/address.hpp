#pragma once

#include "protocol/types/error.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace praetor::swim {

/// "10.0.0.1:8301", "[fe80::1]:8301": the form of addresses everywhere in gossip.
std::string join_address(std::string_view ip, std::uint16_t port);

struct split_address {
  std::string ip;
  std::uint16_t port = 0;
};
/// Splits an address with a numeric port; does not validate the IP.
expected<split_address> parse_address(std::string_view address);

} // namespace praetor::swim
