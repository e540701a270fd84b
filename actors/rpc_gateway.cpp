#include "actors/rpc_gateway.hpp"

#include "protocol/codec/msgpack.hpp"

namespace praetor {

rpc_gateway_actor::behavior_type rpc_gateway(rpc_gateway_actor::stateful_pointer<rpc_gateway_state> self,
                                             write_path writes) {
  self->state.writes = std::move(writes);
  return {
      [self](rpc_atom, const envelope& request) -> caf::result<envelope> {
        if (static_cast<rpc_kind>(request.kind) != rpc_kind::propose || request.bytes.empty()) {
          envelope answer;
          answer.kind = static_cast<std::uint16_t>(rpc_kind::refused);
          answer.bytes = "unknown request of kind " + std::to_string(request.kind) + ", version " +
                         std::to_string(request.version);
          return answer;
        }
        auto promise = self->make_response_promise<envelope>();
        self->state.writes.propose(request.bytes, [promise](const state::apply_result& result) mutable {
          envelope answer;
          answer.kind = static_cast<std::uint16_t>(rpc_kind::propose);
          msgpack::pack(answer.bytes, result);
          promise.deliver(std::move(answer));
        });
        return promise;
      },
      [](send_atom, const envelope&) {},
  };
}

} // namespace praetor
