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

/// Where the name of a resource comes from.
enum class name_source : std::uint8_t {
  none,        ///< the resource has no names
  path,        ///< what follows the route's path
  path_prefix, ///< every name that begins with what follows the route's path
  own_node,    ///< the node of the agent that answers
  body,        ///< fields of the body
  record,      ///< the record that the request names
  rows,        ///< each row of the answer
};

/// What a token needs.
struct route_permission {
  acl::resource resource;
  acl::access access;
  name_source name = name_source::none;
  bool terse = false; ///< a denial says "Permission denied" and nothing more
};

/// A permission that the endpoint checks itself, because it needs the body, a record or the rows of the answer.
/// Rows without the permission are left out of the answer.
struct inner_permission {
  route_permission what;
};

/// What can be turned off.
enum class feature : std::uint8_t { acls, mesh, coordinates };

/// How a route answers reads: it takes dc, the consistency modes and what goes with them.
struct read_form {
  enum class waiting : std::uint8_t {
    none,
    by_index, ///< blocks while the index is not greater than `index`
    by_hash,  ///< blocks while the content hash is `hash`
  } waits = waiting::none;
  bool bare_errors = true; ///< errors come without the header lines of a read
  bool only_stale = false; ///< no other parameter of a read counts
};

/// What an agent's datacenter has to be.
enum class datacenter_policy : std::uint8_t {
  asked,   ///< the one that the request asks for with `dc`; only for routes that each agent answers
  primary, ///< the primary datacenter, which keeps the records of access control
};

/// Something has to follow the route's path.
struct required_rest {
  std::string_view missing; ///< the text of the refusal
  unsigned status = 400;
};

/// What is wrong with the head of a request, if anything.
using head_test = std::optional<answer> (*)(const call&);

/// A body as a route reads it, with the type that its endpoint takes it as.
struct parsed_body {
  std::shared_ptr<void> value;
  const std::type_info* type = nullptr;
};

/// Reads the body into `call::body`. What stands behind it in a row is checked with the body at hand.
struct body_check {
  expected<parsed_body> (*read)(const call&);
};

/// One thing that a request has to pass before its endpoint is asked. All but `body_check`, and `inner_permission`,
/// which only declares, look at the head of the request alone.
using route_check = std::variant<std::monostate, feature, route_permission, inner_permission, read_form,
                                 datacenter_policy, required_rest, head_test, body_check>;

// Checks that many rows have.
constexpr route_check needs(acl::resource what, acl::access how, name_source name = name_source::none) {
  return route_permission{what, how, name};
}
constexpr route_check shows_only(acl::resource what) {
  return inner_permission{{what, acl::access::read, name_source::rows}};
}
constexpr route_check endpoint_needs(acl::resource what, acl::access how, name_source name) {
  return inner_permission{{what, how, name}};
}
/// The body as `Read` makes a value of it: `body_of` has it.
template <auto Read>
constexpr route_check reads_body = body_check{[](const call& c) -> expected<parsed_body> {
  auto value = Read(c);
  if (!value) return tl::unexpected(std::move(value.error()));
  using type = typename decltype(value)::value_type;
  return parsed_body{std::make_shared<type>(std::move(*value)), &typeid(type)};
}};
/// Judges the parameters of reads, for routes that write and yet refuse bad ones.
std::optional<answer> bad_read_options(const call& c);
/// Reads that are answered at once.
inline constexpr route_check reads_at_once = read_form{};
/// Blocking queries.
inline constexpr route_check blocking_read = read_form{read_form::waiting::by_index, false};
inline constexpr route_check blocking_read_bare = read_form{read_form::waiting::by_index, true};

/// What carrying out a route's checks comes to.
struct check_outcome {
  enum class stop_t : std::uint8_t { passed, refused, needs_identity, needs_body } stop = stop_t::passed;
  std::optional<answer> refusal = {};
};

/// `skipped`: the body is not there, and the checks behind it are carried out all the same.
enum class body_state : std::uint8_t { there, awaited, skipped };

/// Carries out those checks of the call's route that it has not passed yet. Where the first permission stands, or
/// behind the last check, the request reaches who answers it: there a datacenter without a path is refused, and the
/// token has to be known.
check_outcome carry_out_checks(call& c, body_state body);

} // namespace praetor::api
