#pragma once

#include "actors/rpc_messages.hpp"

#include <array>
#include <string_view>

namespace praetor {

/// Who may send a kind of envelope to a server.
enum class asker : std::uint8_t {
  nobody,            ///< the kind is no request
  any_agent,         ///< an agent of this datacenter
  server,            ///< a server of this datacenter
  configured_server, ///< a server of the Raft configuration, or one that is joining; the Raft machine has the last word
};

/// One kind of envelope. A kind without a row is refused.
struct rpc_kind_row {
  rpc_kind kind;
  std::string_view name; ///< in reports and in docs/security.md
  asker who = asker::nobody;
  bool answered = true;  ///< false: a message
  bool proposes = false; ///< carries a command that the leader checks before it is appended
  bool streams = false;  ///< a request of which more may be pushed
};

inline constexpr std::array rpc_kinds{
    rpc_kind_row{rpc_kind::propose, "propose", asker::any_agent, true, true},
    rpc_kind_row{rpc_kind::refused, "refused", asker::nobody},
    rpc_kind_row{rpc_kind::raft, "raft", asker::configured_server, false},
    rpc_kind_row{rpc_kind::request, "request", asker::any_agent, true, false, true},
    rpc_kind_row{rpc_kind::cancel, "cancel", asker::any_agent, false},
    rpc_kind_row{rpc_kind::node_records, "node_records", asker::any_agent},
    rpc_kind_row{rpc_kind::dns, "dns", asker::any_agent},
    rpc_kind_row{rpc_kind::log_state, "log_state", asker::any_agent},
    rpc_kind_row{rpc_kind::token, "token", asker::any_agent},
    rpc_kind_row{rpc_kind::pull, "pull", asker::any_agent},
    rpc_kind_row{rpc_kind::push, "push", asker::any_agent},
    rpc_kind_row{rpc_kind::streamed, "streamed", asker::nobody},
};

/// The row of a number that came over the wire; null for kinds of other releases.
constexpr const rpc_kind_row* find_rpc_kind(std::uint16_t number) {
  for (const auto& row : rpc_kinds)
    if (static_cast<std::uint16_t>(row.kind) == number) return &row;
  return nullptr;
}

} // namespace praetor
