#pragma once

#include "frontends/endpoints/call.hpp"
#include "frontends/endpoints/head_verdict.hpp"
#include "frontends/endpoints/route_timings.hpp"

#include <array>
#include <atomic>
#include <optional>
#include <span>
#include <string_view>

namespace praetor::endpoints {

/// What a route needs before its endpoint is asked. Endpoints that filter their results instead need nothing here.
struct route_permission {
  acl::resource what;
  acl::access how;
  enum class subject {
    none,     ///< the resource has no names
    rest,     ///< what follows the route's path
    own_node, ///< this agent's node
  } name = subject::none;
};

/// Where a request is answered. Agents hand on what is not answered by `agent`, and nothing else is taken from them.
enum class place {
  agent,      ///< by the agent that the client asks, whoever that is
  any_server, ///< by whichever server gets it
  leader,     ///< by the leader, or by any server if the client takes old news
};

/// What becomes of an answer that a client agent got from a server, if clients ask with ?cached.
enum class keeping : std::uint8_t {
  none,
  while_fresh, ///< kept for as long as clients say
  refreshed,   ///< kept and brought up to date when there is news
};

/// How large a body a route takes.
enum class body_size : std::uint8_t {
  standard,    ///< 512 KiB
  kv_value,    ///< limits.kv_max_value_size
  transaction, ///< the larger of limits.txn_max_req_len and limits.kv_max_value_size
  archive,     ///< of a state: kept in a file
};

/// One line of the table that requests are dispatched by and that the API description is made from.
struct route {
  std::string_view path;    ///< ends with '/': everything below
  std::string_view methods; ///< "GET,PUT": in the order of the Allow header
  void (*handle)(const call&);
  std::optional<route_permission> needs = {};
  std::string_view summary = {};
  place where = place::agent;
  keeping kept = keeping::none;
  bool open = false; ///< for everybody: the token is not looked at
  body_size body = body_size::standard;
  /// What the endpoint refuses by the head alone. Asked before a body is read; the endpoint refuses it as well.
  std::optional<answer> (*refused_by_head)(const call&) = nullptr;
};

/// A row that is answered whoever asks.
constexpr route for_everybody(route r) {
  r.open = true;
  return r;
}

/// A row whose body may be of another size than most.
constexpr route taking(body_size body, route r) {
  r.body = body;
  return r;
}

/// A row that refuses by the head what needs no body to be refused.
constexpr route refusing(std::optional<answer> (*by_head)(const call&), route r) {
  r.refused_by_head = by_head;
  return r;
}

/// The rows of a family that is answered in one place.
template <std::size_t N>
constexpr std::array<route, N> answered(place where, std::array<route, N> rows) {
  for (auto& r : rows) r.where = where;
  return rows;
}

// The families, each in a file of its own.
std::span<const route> acl_routes();
std::span<const route> acl_policy_routes();
std::span<const route> acl_role_routes();
std::span<const route> acl_template_routes();
std::span<const route> acl_token_routes();
std::span<const route> agent_routes();
std::span<const route> agent_service_routes();
std::span<const route> agent_check_routes();
std::span<const route> agent_token_routes();
std::span<const route> autopilot_routes();
std::span<const route> catalog_routes();
std::span<const route> connect_routes();
std::span<const route> coordinate_routes();
std::span<const route> debug_routes();
std::span<const route> gossip_routes();
std::span<const route> health_routes();
std::span<const route> kv_routes();
std::span<const route> metrics_routes();
std::span<const route> operator_routes();
std::span<const route> session_routes();
std::span<const route> snapshot_routes();
std::span<const route> status_routes();
std::span<const route> txn_routes();
/// Known to clients, not built yet: answered 501 with a sentence that names them.
std::span<const route> unbuilt_routes();

/// Every route, in the order of the families.
std::vector<const route*> all_routes();

/// Answers every request. One per agent.
class dispatcher {
public:
  explicit dispatcher(environment& env);
  void handle(exchange_ptr ex) const;
  /// What the head of a request says of it: asked before its body is read.
  head_verdict judge(const request& head) const;
  /// Goes on where `judge` could not decide. `done` runs once, from any thread.
  void judge_later(const request& head, std::function<void(head_verdict)> done) const;
  /// The longest route that the path matches, and what is left of the path.
  std::pair<const route*, std::string_view> find(std::string_view path) const;

private:
  struct timed_route {
    explicit timed_route(const route* answered) : r(answered) {}
    const route* r;
    route_timings timings;
  };
  std::pair<const timed_route*, std::string_view> look_up(std::string_view path) const;
  using config_ptr = std::shared_ptr<const config::runtime_config>;
  void handle_now(const exchange_ptr& ex) const;
  call call_of(const exchange_ptr& ex, const request& req, const timed_route& found, std::string_view rest,
               const config_ptr& config) const;
  /// The answer to a path that no route has.
  std::optional<answer> answer_without_route(const request& req, const timed_route* found) const;
  /// What the holder of the token may do with the body of `c`.
  head_verdict admitted(const call& c, const resolution& holder, head_verdict verdict) const;
  /// Where the body goes.
  head_verdict placed(const call& c, head_verdict verdict) const;
  /// The header lines that every answer of a route carries; made once per configuration.
  shared_bytes common_lines(const std::shared_ptr<const config::runtime_config>& config) const;

  environment& env_;
  std::unordered_map<std::string_view, timed_route> routes_;
  using lines_of_config = std::pair<std::shared_ptr<const config::runtime_config>, std::string>;
  mutable std::atomic<std::shared_ptr<const lines_of_config>> common_;
};

} // namespace praetor::endpoints
