#pragma once

#include "protocol/actors.hpp"
#include "storage/state/log_command.hpp"

#include <memory>
#include <string>

namespace praetor {

/// A command on its way into the log, and who waits for its result.
struct proposal {
  log_command command; ///< checked, by the type that holds it
  apply_callback done;
  /// Takes over if the peer does not lead after all; null once the router itself has sent it.
  rpc_router_actor router;
  std::uint32_t hops = 0;           ///< how many agents have handed it on
  std::chrono::nanoseconds hold{0}; ///< how long it may wait for a leader; 0: as the configuration says
  std::string origin = {};          ///< for whom it is proposed: see rpc_request::origin
};

} // namespace praetor
