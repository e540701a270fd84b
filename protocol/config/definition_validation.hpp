#pragma once

#include <optional>
#include <string>

#include "protocol/types/definitions.hpp"
#include "protocol/types/error.hpp"

namespace praetor::config {

/// Is the check of one kind and complete? The error names the first fault: "TTL must be > 0 for TTL checks".
expected<void> validate(const check_definition& check);

/// Do kind, proxy, connect, locality and checks fit together? Faults of the service are reported together
/// ("2 errors occurred: ..."), the first faulty check alone (`check "name": ...`).
expected<void> validate(const service_definition& service);

/// Metadata of nodes and services: at most 64 pairs, key and value lengths, characters, the reserved prefix.
std::optional<std::string> fault_in_meta(const string_map& meta);
std::optional<std::string> fault_in_weights(const weights_definition& weights);
/// An octal file mode, or empty.
std::optional<std::string> fault_in_socket_mode(const std::string& mode);
std::optional<std::string> fault_in_gateway_mode(const std::string& mode);
std::optional<std::string> fault_in_proxy_mode(const std::string& mode);
/// lan_ipv4, wan_ipv4, lan_ipv6 have to be addresses of their family. Checked at registration.
std::optional<std::string> fault_in_tagged_addresses(const std::map<std::string, service_address>& addresses);

} // namespace praetor::config
