#include "actors/access/proposal_permissions.hpp"

#include "actors/agent_view.hpp"
#include "protocol/codec/msgpack.hpp"
#include "protocol/config/runtime_config.hpp"
#include "protocol/types/names.hpp"

namespace praetor {

namespace {

/// The statuses of these refusals between agents, for releases without error codes.
constexpr int unknown_target_status = 404, unknown_token_status = 498;

/// @param now the time at which the token must be valid
template <class Request>
std::optional<error> refused(const agent_view_ptr& view, std::string_view payload, const instant& now) {
  Request r;
  if (auto read = msgpack::unpack(payload, r); !read)
    return error{"a command of another agent could not be read: " + read.error().text, 400};
  if constexpr (std::is_same_v<Request, register_request>)
    if (auto fault = fault_in_names(r)) return error{std::move(*fault), 400};
  auto holder = view->resolver.cached(view, r.token, now);
  if (!holder) return error{"only servers can tell who holds a token", 500};
  if (!*holder) return error{error_code::unauthenticated, holder->error().text, unknown_token_status};
  auto no = refused_write(***holder, *view->state.load(), r);
  return no ? std::optional(as_error(std::move(*no), unknown_target_status)) : std::nullopt;
}

} // namespace

std::optional<error> refused_command(const agent_view_ptr& view, std::string_view command, const instant& now) {
  if (!view->settings.load()->acl.enabled) return {};
  auto type = command.empty() ? std::uint8_t{255} : static_cast<std::uint8_t>(command.front());
  auto payload = command.substr(std::min<std::size_t>(1, command.size()));
  switch (static_cast<command_type>(type)) {
  case command_type::register_node: return refused<register_request>(view, payload, now);
  case command_type::deregister: return refused<deregister_request>(view, payload, now);
  default:
    return error{"Permission denied: only servers may write what is not of the catalog by themselves", denied_status};
  }
}

} // namespace praetor
