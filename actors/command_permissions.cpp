#include "actors/command_permissions.hpp"

#include "actors/agent_view.hpp"
#include "protocol/codec/msgpack.hpp"
#include "protocol/config/runtime_config.hpp"
#include "storage/state/queries_catalog.hpp"
#include "storage/state/queries_health.hpp"

namespace praetor {

namespace {

constexpr auto forbidden = 403;

std::optional<std::string> unless_allowed(const acl::authorizer& who, acl::permission wanted) {
  if (who.allowed(wanted)) return {};
  return who.denial(wanted);
}

acl::permission to_write_node(std::string name) { return {acl::resource::node, acl::access::write, std::move(name)}; }
acl::permission to_write_service(std::string name) {
  return {acl::resource::service, acl::access::write, std::move(name)};
}

std::optional<std::string> denied_service(const acl::authorizer& who, const state::store& s,
                                          const register_request& r) {
  if (!r.service) return {};
  if (auto no = unless_allowed(who, to_write_service(r.service->name))) return no;
  if (const auto& target = r.service->proxy.destination_service_name; !target.empty())
    if (auto no = unless_allowed(who, to_write_service(target))) return no;
  // Who takes another service's place by its id has to be allowed to remove that one.
  if (auto replaced = state::find_service(s, r.node, r.service->id, nullptr).value)
    return unless_allowed(who, to_write_service(replaced->name));
  return {};
}

std::optional<std::string> denied_check(const acl::authorizer& who, const state::store& s, const register_request& r,
                                        const health_check& check) {
  if (check.service_id.empty()) return unless_allowed(who, to_write_node(r.node));
  // That of the same request has been looked at.
  if (r.service && r.service->id == check.service_id) return {};
  auto owner = state::find_service(s, r.node, check.service_id, nullptr).value;
  if (!owner) return "Unknown service ID '" + check.service_id + "' for check ID '" + check.check_id + "'";
  return unless_allowed(who, to_write_service(owner->name));
}

template <class Request>
std::optional<error> read_command(std::string_view payload, Request& into) {
  auto read = msgpack::unpack(payload, into);
  if (!read) return error{"a command of another agent could not be read: " + read.error().text, 400};
  return {};
}

std::optional<error> as_error(std::optional<std::string> denial) {
  if (!denial) return {};
  auto status = denial->starts_with("Permission denied") ? forbidden : 500;
  return error{std::move(*denial), status};
}

} // namespace

std::optional<std::string> denied_registration(const acl::authorizer& who, const state::store& s,
                                               const register_request& r) {
  // Services may come with what is known of their node anyway.
  if (state::changes_node(r, state::find_node(s, r.node, nullptr).value))
    if (auto no = unless_allowed(who, to_write_node(r.node))) return no;
  if (auto no = denied_service(who, s, r)) return no;
  if (r.check)
    if (auto no = denied_check(who, s, r, *r.check)) return no;
  for (const auto& check : r.checks)
    if (auto no = denied_check(who, s, r, *check)) return no;
  return {};
}

std::optional<std::string> denied_deregistration(const acl::authorizer& who, const state::store& s,
                                                 const deregister_request& r) {
  auto on_node = to_write_node(r.node);
  if (who.allowed(on_node)) return {};
  std::string service_name;
  if (!r.service_id.empty()) {
    auto found = state::find_service(s, r.node, r.service_id, nullptr).value;
    if (!found) return "Unknown service ID '" + r.service_id + "'";
    service_name = found->name;
  } else if (!r.check_id.empty()) {
    auto found = state::find_check(s, r.node, r.check_id, nullptr).value;
    if (!found) return "Unknown check ID '" + r.check_id + "'";
    service_name = found->service_name;
  }
  if (service_name.empty()) return who.denial(on_node);
  return unless_allowed(who, to_write_service(service_name));
}

std::optional<error> refused_command(const agent_view_ptr& view, std::string_view command, const instant& now) {
  if (!view->settings.load()->acl.enabled) return {};
  auto type = command.empty() ? std::uint8_t{255} : static_cast<std::uint8_t>(command.front());
  auto payload = command.substr(std::min<std::size_t>(1, command.size()));
  auto holder = [&](const std::string& token) -> resolution {
    auto found = view->resolver.at_hand(view, token, now);
    if (found) return *found;
    return fail("only servers can tell who holds a token", 500);
  };
  switch (static_cast<command_type>(type)) {
  case command_type::register_node: {
    register_request r;
    if (auto bad = read_command(payload, r)) return bad;
    auto who = holder(r.token);
    return who ? as_error(denied_registration(**who, *view->state.load(), r)) : std::optional(who.error());
  }
  case command_type::deregister: {
    deregister_request r;
    if (auto bad = read_command(payload, r)) return bad;
    auto who = holder(r.token);
    return who ? as_error(denied_deregistration(**who, *view->state.load(), r)) : std::optional(who.error());
  }
  default:
    return error{"Permission denied: only servers may write what is not of the catalog by themselves", forbidden};
  }
}

} // namespace praetor
