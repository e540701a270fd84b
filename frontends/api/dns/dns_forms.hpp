#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace praetor::dns {

/// What a name below the agent's domain asks for.
enum class form { unknown, service, connect, virtual_address, ingress, node, prepared_query, address };

/// A name, taken apart.
struct parsed_name {
  form kind = form::unknown;
  std::string name; ///< of the service, node or prepared query; hexadecimal digits for `address`
  std::string tag;
  std::string datacenter; ///< empty: the agent's own, or that of the peer
  std::string peer;
};

/// Takes a name apart. `unknown` for everything that no form fits.
/// @param labels in lower case, without those of the domain
/// @param type of the question; SRV knows a short form
parsed_name parse_name(const std::vector<std::string>& labels, std::uint16_t type);

/// The IP address in text form that a name below `arpa` stands for, if it is one.
/// @param labels in lower case, with those of the zone
std::optional<std::string> reversed_address(const std::vector<std::string>& labels);

/// The address that 8 or 32 hexadecimal digits stand for: 4 or 16 bytes.
std::optional<std::string> address_bytes(std::string_view digits);

/// Data of a TXT record's string for a node's metadata (RFC 1464; a key that begins with "rfc1035-" shows its value).
std::string metadata_text(std::string_view key, std::string_view value);

} // namespace praetor::dns
