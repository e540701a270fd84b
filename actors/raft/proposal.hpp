#pragma once

#include "protocol/actors.hpp"
#include "storage/state/log_command.hpp"

#include <memory>
#include <string>

namespace praetor {

/// A command to append, and the callback for its result.
struct proposal {
  log_command command; ///< checked, as its type guarantees
  apply_callback done;
  /// Takes over if the peer turns out not to lead; null once the router itself has sent it.
  rpc_router_actor router;
  std::uint32_t hops = 0;           ///< how many agents have forwarded it
  std::chrono::nanoseconds hold{0}; ///< how long it may wait for a leader; 0: the configured time
  std::string origin = {};          ///< the client it is proposed for: see rpc_request::origin
};

} // namespace praetor
