#pragma once

#include "frontends/cli/http_client.hpp"
#include "protocol/base/url.hpp"
#include "protocol/types/error.hpp"

#include <string>
#include <string_view>

namespace praetor::cli {

/// Splits HOST[:PORT] like Go: a non-numeric port belongs to the host. Defaults to the scheme's port.
host_and_port split_host(const endpoint& where);

/// Connects a blocking stream socket to the endpoint; returns its descriptor. The error is Go's, beginning with "dial".
/// @param cancel ends the attempt from another thread; may be null
expected<int> dial(const endpoint& where, cancellation* cancel = nullptr);

/// "read tcp 127.0.0.1:40000->127.0.0.1:8500: read: connection reset by peer".
std::string socket_error(int descriptor, std::string_view operation, int code);

} // namespace praetor::cli
