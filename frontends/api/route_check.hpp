#pragma once

#include "frontends/api/exchange.hpp"
#include "protocol/acl/authorizer.hpp"

#include <cstdint>
#include <optional>
#include <string_view>
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
};

/// The datacenter whose records a request may ask for with `dc`.
enum class datacenter_policy : std::uint8_t {
  any,     ///< one that there is a path to
  primary, ///< likewise, and the agent is in the primary datacenter, which keeps the records of access control
};

/// Something has to follow the route's path.
struct required_rest {
  std::string_view missing; ///< the text of the refusal
  unsigned status = 400;
};

/// What is wrong with the head of a request, if anything.
using head_test = std::optional<answer> (*)(const call&);

/// One thing that a request has to pass before its endpoint is asked. All but `inner_permission`, which only declares,
/// look at the head of the request alone, and so are carried out before a body is read.
using route_check = std::variant<std::monostate, feature, route_permission, inner_permission, read_form,
                                 datacenter_policy, required_rest, head_test>;

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
/// Reads that are answered at once.
inline constexpr route_check reads_at_once = read_form{};
/// Blocking queries.
inline constexpr route_check blocking_read = read_form{read_form::waiting::by_index, false};
inline constexpr route_check blocking_read_bare = read_form{read_form::waiting::by_index, true};

/// The answer to a request that fails one of its route's checks.
std::optional<answer> refusal_of(const call& c);

} // namespace praetor::api
