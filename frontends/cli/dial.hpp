#pragma once

#include "frontends/cli/http_client.hpp"
#include "protocol/base/url.hpp"
#include "protocol/types/error.hpp"

#include <string>
#include <string_view>

namespace praetor::cli {

/// HOST[:PORT] taken apart as Go does it: a port that is no number belongs to the host. The scheme's port if none was
/// given.
host_and_port split_host(const endpoint& where);

/// Connects a blocking stream socket to the endpoint; answers its descriptor. The error is Go's, beginning with "dial".
/// @param cancel ends the attempt from another thread; may be null
expected<int> dial(const endpoint& where, cancellation* cancel = nullptr);

/// "read tcp 127.0.0.1:40000->127.0.0.1:8500: read: connection reset by peer".
std::string socket_error(int descriptor, std::string_view operation, int code);

} // namespace praetor::cli
