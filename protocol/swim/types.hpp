#pragma once

#include "protocol/types/values.hpp"

#include <cstdint>
#include <string>

namespace praetor::swim {

/// What the group thinks of a member. The numbers are those that clients see.
enum class member_status : std::uint8_t { none = 0, alive = 1, leaving = 2, left = 3, failed = 4 };

/// One member of a gossip pool.
struct member {
  std::string name;
  std::string address; ///< IP without port
  std::uint16_t port = 0;
  string_map tags;
  member_status status = member_status::none;
  std::uint8_t protocol_min = 1, protocol_max = 5, protocol_current = 2;
  std::uint8_t delegate_min = 2, delegate_max = 5, delegate_current = 4;

  bool operator==(const member&) const = default;
};

} // namespace praetor::swim
