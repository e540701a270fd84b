#pragma once

#include "frontends/api/exchange.hpp"
#include "protocol/acl/authorizer.hpp"
#include "protocol/types/error.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <typeinfo>
#include <variant>

namespace praetor::api {

struct call;

/// The source of a resource's name.
enum class name_source : std::uint8_t {
  none,        ///< the resource has no names
  path,        ///< the path after the route's own
  path_prefix, ///< every name with that prefix
  own_node,    ///< the node of the agent that answers
  body,        ///< fields of the body
  record,      ///< the record that the request names
  rows,        ///< each row of the answer
};

/// A permission that the token needs.
struct route_permission {
  acl::resource resource;
  acl::access access;
  name_source name = name_source::none;
  bool terse = false; ///< a denial's text is only "Permission denied"
};

/// A permission that the endpoint checks itself, because it needs the body, a record or the rows of the answer.
/// Rows without the permission are left out of the answer.
struct inner_permission {
  route_permission what;
};

/// A feature that the configuration can disable.
enum class feature : std::uint8_t { acls, mesh, coordinates };

/// How a route answers reads: it takes dc, the consistency modes and their parameters.
struct read_form {
  enum class waiting : std::uint8_t {
    none,
    by_index, ///< blocks while the index is not greater than `index`
    by_hash,  ///< blocks while the content hash is `hash`
  } waits = waiting::none;
  bool bare_errors = true; ///< errors lack the header lines of a read
  bool only_stale = false; ///< all read parameters but `stale` are ignored
};

/// A condition on the datacenter of the agent.
enum class datacenter_policy : std::uint8_t {
  asked,   ///< the one that `dc` names has a path; for routes that each agent answers, or that check it early
  primary, ///< the agent is in the primary datacenter, which stores the access control records
};

/// The path after the route's own must not be empty.
struct required_rest {
  std::string_view missing; ///< the text of the refusal
  unsigned status = 400;
};

/// Rejects namespaces and partitions, which are not supported. Routes without this check reject them before all others.
struct tenancy_check {};

/// Returns the refusal of a request by its head, if any.
using head_test = std::optional<answer> (*)(const call&);

/// A decoded body with its type.
struct parsed_body {
  std::shared_ptr<void> value;
  const std::type_info* type = nullptr;
};

/// Decodes the body into `call::body`. The checks after it in a row can use the body.
struct body_check {
  expected<parsed_body> (*read)(const call&);
};

/// A check that a request has to pass before its endpoint is called. `inner_permission` only declares; `body_check`
/// needs the body; all others need only the head of the request.
using route_check = std::variant<std::monostate, feature, route_permission, inner_permission, read_form,
                                 datacenter_policy, required_rest, tenancy_check, head_test, body_check>;

// Checks of many rows.
constexpr route_check needs(acl::resource what, acl::access how, name_source name = name_source::none) {
  return route_permission{what, how, name};
}
constexpr route_check shows_only(acl::resource what) {
  return inner_permission{{what, acl::access::read, name_source::rows}};
}
constexpr route_check endpoint_needs(acl::resource what, acl::access how, name_source name) {
  return inner_permission{{what, how, name}};
}
/// Decodes the body with `Read`, for `body_of`.
template <auto Read>
constexpr route_check reads_body = body_check{[](const call& c) -> expected<parsed_body> {
  auto value = Read(c);
  if (!value) return tl::unexpected(std::move(value.error()));
  using type = typename decltype(value)::value_type;
  return parsed_body{std::make_shared<type>(std::move(*value)), &typeid(type)};
}};
/// Rejects bad read parameters, for routes that write and nevertheless check them.
std::optional<answer> bad_read_options(const call& c);
/// Reads that do not block.
inline constexpr route_check reads_at_once = read_form{};
/// Blocking queries.
inline constexpr route_check blocking_read = read_form{read_form::waiting::by_index, false};
inline constexpr route_check blocking_read_bare = read_form{read_form::waiting::by_index, true};
inline constexpr route_check rejects_tenancy = tenancy_check{};

/// The result of `carry_out_checks`.
struct check_outcome {
  enum class stop_t : std::uint8_t { passed, refused, needs_identity, needs_body } stop = stop_t::passed;
  std::optional<answer> refusal = {};
};

/// `skipped`: the body has not arrived, and the checks after it are carried out nevertheless.
enum class body_state : std::uint8_t { there, awaited, skipped };

/// Carries out the checks of the call's route that it has not passed yet. Before the first permission, or after the
/// last check, a datacenter without a path is refused, and the token has to be resolved.
check_outcome carry_out_checks(call& c, body_state body);

} // namespace praetor::api
