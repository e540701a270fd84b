#pragma once

#include "actors/rpc_router.hpp"
#include "protocol/actors.hpp"

namespace praetor {

/// What one process asks of another (envelope::kind). Numbers are never used again.
enum class rpc_kind : std::uint16_t {
  propose = 1, ///< bytes: a command as it stands in the log; answer: apply_result
  refused = 2, ///< the answer to what this release does not know; bytes: a sentence
};

struct rpc_gateway_state {
  static constexpr const char* name = "rpc_gateway";
  rpc_gateway_state() = default;
  write_path writes;
};

rpc_gateway_actor::behavior_type rpc_gateway(rpc_gateway_actor::stateful_pointer<rpc_gateway_state> self,
                                             write_path writes);

} // namespace praetor
