#pragma once

#include "actors/rpc/rpc_messages.hpp"

#include <array>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>

namespace praetor {

struct token_holder;
struct log_state;
namespace state {
struct apply_result;
}

/// Which peers may send a kind of envelope to a server.
enum class requester : std::uint8_t {
  nobody,            ///< the kind is only an answer
  any_agent,         ///< an agent of this datacenter
  server,            ///< a server of this datacenter
  configured_server, ///< a server of the Raft configuration, or one that is joining; the Raft machine makes the final
                     ///< check
};

/// Stands for an empty request or reply.
struct nothing {};

/// Which requests of a kind may be sent again even if a server may have executed them.
template <class Request>
using repeatable_test = bool (*)(const Request&);
template <class Request>
inline constexpr repeatable_test<Request> no_request = [](const Request&) { return false; };
template <class Request>
inline constexpr repeatable_test<Request> every_request = [](const Request&) { return true; };
/// Read-only requests.
inline constexpr repeatable_test<remote_request> only_reads = [](const remote_request& r) {
  return r.method == "GET" || r.method == "HEAD";
};

/// Declares one kind of envelope. A kind without a row is rejected.
/// @tparam Request a string is sent unchanged, any other type as MessagePack
/// @tparam Reply likewise
template <rpc_kind Kind, class Request = nothing, class Reply = nothing>
struct rpc_declaration {
  using request = Request;
  using reply = Reply;
  static constexpr rpc_kind kind = Kind;

  std::string_view name; ///< in reports and in docs/security.md
  requester who = requester::nobody;
  bool answered = true; ///< false: a one-way message
  bool streams = false; ///< the request and its answer may continue as streams
  repeatable_test<Request> repeatable = no_request<Request>;
};

inline constexpr std::tuple rpc_declarations{
    // The bytes of a log_command, which the server checks before proposing it.
    rpc_declaration<rpc_kind::propose, std::string, state::apply_result>{"propose", requester::any_agent},
    rpc_declaration<rpc_kind::refused, nothing, rpc_refusal>{"refused", requester::nobody},
    rpc_declaration<rpc_kind::raft, std::string>{"raft", requester::configured_server, false},
    rpc_declaration<rpc_kind::request, remote_request, remote_answer>{"request", requester::any_agent, true, true,
                                                                      only_reads},
    rpc_declaration<rpc_kind::cancel, cancelled_request>{"cancel", requester::any_agent, false},
    rpc_declaration<rpc_kind::node_records, node_records_request, node_records>{
        "node_records", requester::any_agent, true, false, every_request<node_records_request>},
    // Both in the frontends' own form, opaque to the router and gateway.
    rpc_declaration<rpc_kind::dns, std::string, std::string>{"dns", requester::any_agent, true, false,
                                                             every_request<std::string>},
    rpc_declaration<rpc_kind::log_state, nothing, log_state>{"log_state", requester::any_agent, true, false,
                                                             every_request<nothing>},
    // The secret.
    rpc_declaration<rpc_kind::token, std::string, token_holder>{"token", requester::any_agent, true, false,
                                                                every_request<std::string>},
    rpc_declaration<rpc_kind::pull, stream_pull, stream_piece>{"pull", requester::any_agent},
    rpc_declaration<rpc_kind::push, stream_piece>{"push", requester::any_agent},
    rpc_declaration<rpc_kind::streamed>{"streamed", requester::nobody},
};

/// A kind's declaration, for code that has its number at run time.
struct rpc_kind_row {
  rpc_kind kind;
  std::string_view name;
  requester who;
  bool answered, streams;
};

inline constexpr auto rpc_kinds = std::apply(
    [](const auto&... each) {
      return std::array{rpc_kind_row{each.kind, each.name, each.who, each.answered, each.streams}...};
    },
    rpc_declarations);

/// The row of a received number; null for kinds of other releases.
constexpr const rpc_kind_row* find_rpc_kind(std::uint16_t number) {
  for (const auto& row : rpc_kinds)
    if (static_cast<std::uint16_t>(row.kind) == number) return &row;
  return nullptr;
}

namespace detail {
template <rpc_kind Kind>
constexpr std::size_t place_of() {
  std::size_t place = 0;
  while (rpc_kinds[place].kind != Kind) ++place;
  return place;
}
} // namespace detail

/// A kind's declaration; a kind without one does not compile.
template <rpc_kind Kind>
using declaration_of = std::tuple_element_t<detail::place_of<Kind>(), std::remove_const_t<decltype(rpc_declarations)>>;
template <rpc_kind Kind>
inline constexpr declaration_of<Kind> declared = std::get<detail::place_of<Kind>()>(rpc_declarations);
template <rpc_kind Kind>
using question_of = typename declaration_of<Kind>::request;
template <rpc_kind Kind>
using reply_of = typename declaration_of<Kind>::reply;

} // namespace praetor
