#pragma once

#include <optional>
#include <string>

#include "protocol/types/definitions.hpp"
#include "protocol/types/error.hpp"

namespace praetor::config {

/// Checks that the definition is complete and of one kind. The error names the first fault: "TTL must be > 0 for TTL
/// checks".
expected<void> validate(const check_definition& check);

/// Checks that kind, proxy, connect, locality and checks fit together. Reports the faults of the service together ("2
/// errors occurred: ...") and the first faulty check alone (`check "name": ...`).
expected<void> validate(const service_definition& service);

/// Checks metadata of nodes and services: at most 64 pairs, key and value lengths, characters, the reserved prefix.
std::optional<std::string> fault_in_meta(const string_map& meta);
std::optional<std::string> fault_in_weights(const weights_definition& weights);
/// An octal file mode, or empty.
std::optional<std::string> fault_in_socket_mode(const std::string& mode);
std::optional<std::string> fault_in_gateway_mode(const std::string& mode);
std::optional<std::string> fault_in_proxy_mode(const std::string& mode);
/// lan_ipv4, wan_ipv4 and lan_ipv6 must be addresses of their family. Checked at registration.
std::optional<std::string> fault_in_tagged_addresses(const std::map<std::string, service_address>& addresses);

} // namespace praetor::config
