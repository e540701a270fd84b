#pragma once

#include "actors/rpc/destination.hpp"
#include "frontends/api/json_schema.hpp"
#include "frontends/api/route_check.hpp"

#include <array>
#include <cstdint>
#include <initializer_list>
#include <string_view>

namespace praetor::api {

/// How a client agent caches a server's answer to a request with ?cached.
enum class caching : std::uint8_t {
  none,
  while_fresh, ///< for the max-age of its clients
  refreshed,   ///< kept up to date by a blocking query
};

/// The largest body of a route.
enum class body_limit : std::uint8_t {
  standard,    ///< 512 KiB
  kv_value,    ///< limits.kv_max_value_size
  transaction, ///< the larger of limits.txn_max_req_len and limits.kv_max_value_size
  archive,     ///< that of a snapshot, which is written to a file
};

/// The content of a body.
enum class media : std::uint8_t { none, json, bytes, text, archive };

struct body_type {
  media type = media::none;
  body_limit limit = body_limit::standard;
  schema_function schema = nullptr; ///< of a JSON body; null: not described
};

/// A JSON body that is decoded into a T.
template <class T>
constexpr body_type json_body(body_limit limit = body_limit::standard) {
  return {media::json, limit, &schema_of<T>};
}
constexpr body_type bytes_body(body_limit limit = body_limit::standard) { return {media::bytes, limit}; }

/// A query parameter besides the read options.
struct parameter {
  /// A `flag` is set by its presence, with any value or none.
  enum class type_t : std::uint8_t { text, integer, boolean, flag };

  std::string_view name;
  type_t type = type_t::text;
  std::string_view meaning;
};

// Parameters of many rows.
inline constexpr parameter filter_parameter{.name = "filter", .meaning = "an expression that each row has to match"};
inline constexpr parameter near_parameter{
    .name = "near", .meaning = "sorts the rows by their distance from this node; _agent: from the agent asked"};
inline constexpr parameter node_meta_parameter{.name = "node-meta",
                                               .meaning = "key:value that nodes must have; may be given several times"};
inline constexpr parameter tag_parameter{.name = "tag",
                                         .meaning = "a tag that instances must have; may be given several times"};

/// A list of at most `Most` elements in a row.
template <class T, std::size_t Most>
class row_list {
public:
  constexpr row_list() = default;
  constexpr row_list(std::initializer_list<T> items) {
    for (const auto& item : items) items_[size_++] = item;
  }
  constexpr const T* begin() const { return items_.data(); }
  constexpr const T* end() const { return items_.data() + size_; }
  constexpr std::size_t size() const { return size_; }

private:
  std::array<T, Most> items_{};
  std::size_t size_ = 0;
};

struct call;

/// One operation of the API: how the dispatcher handles a method of a path, and its part of the API description.
/// Rows of one path have the same `answered_by`. The first matching row answers a request.
struct route {
  std::string_view method;
  std::string_view path;      ///< a trailing '/' includes everything below it
  std::string_view rest = {}; ///< the name of the part after such a path
  std::string_view when = {}; ///< the row matches only requests with this parameter
  void (*endpoint)(const call&) = nullptr;
  std::string_view summary = {};
  row_list<route_check, 8> checks = {}; ///< before the endpoint is called, in this order
  row_list<parameter, 8> parameters = {};
  body_type body = {};
  media answers = media::json;
  answerer answered_by = answerer::agent;
  caching cache_policy = caching::none;
  bool public_route = false;   ///< the token is not resolved
  bool own_datacenter = false; ///< `dc` is ignored
  bool available = true;       ///< false: an operation of Consul that answers 501

  /// The read form; null if the route takes no read options.
  constexpr const read_form* reads() const {
    for (const auto& one : checks)
      if (auto* form = std::get_if<read_form>(&one)) return form;
    return nullptr;
  }
  /// Whether `dc` selects the datacenter. Clients send `dc` with every request; routes that the contacted agent answers
  /// ignore it, unless a check says otherwise.
  constexpr bool takes_datacenter() const {
    if (answered_by != answerer::agent) return !own_datacenter;
    for (const auto& one : checks)
      if (auto* policy = std::get_if<datacenter_policy>(&one); policy && *policy == datacenter_policy::asked)
        return true;
    return false;
  }
  /// Whether request or answer is a snapshot archive, which takes longer than other timeouts allow.
  constexpr bool moves_archive() const { return body.type == media::archive || answers == media::archive; }
};

/// Sets `answered_by` in the rows of a family.
template <std::size_t N>
constexpr std::array<route, N> all_answered_by(answerer who, std::array<route, N> rows) {
  for (auto& r : rows) r.answered_by = who;
  return rows;
}

} // namespace praetor::api
