#pragma once

#include "frontends/api/head_verdict.hpp"
#include "frontends/api/route_timings.hpp"
#include "frontends/api/routes.hpp"

#include <atomic>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace praetor::api {

/// The rows of one path.
class path_routes {
public:
  explicit path_routes(std::string_view path) : path_(path) {}
  void add(const route* row);

  std::string_view path() const { return path_; }
  /// The row that answers a request; null if the path does not have its method.
  const route* find(const request& req) const;
  /// Its `answered_by` applies to all rows of the path.
  const route& first() const { return *rows_.front(); }
  const std::string& allow_header() const { return allow_; }
  const route_timings& timings() const { return timings_; }

private:
  std::string_view path_;
  std::vector<const route*> rows_;
  std::string allow_ = "OPTIONS"; ///< the Allow header: OPTIONS, then the methods in the order of the rows
  route_timings timings_;
};

/// Answers every request. One per agent.
class dispatcher {
public:
  explicit dispatcher(environment& env);
  void handle(exchange_ptr ex) const;
  /// Whether the path is the name of a subtree without its last slash.
  bool needs_slash(std::string_view path) const;
  /// Decides about a request by its head, before its body is read.
  head_verdict judge(const request& head) const;
  /// Decides if `judge` could not. `done` is called once, on any thread.
  void judge_later(const request& head, std::function<void(head_verdict)> done) const;

private:
  using config_ptr = std::shared_ptr<const config::runtime_config>;
  /// The rows of the longest route path that matches, and the rest of the path.
  std::pair<const path_routes*, std::string_view> look_up(std::string_view path) const;
  void handle_now(const exchange_ptr& ex) const;
  call call_of(const exchange_ptr& ex, const request& req, const path_routes& found, std::string_view rest,
               const config_ptr& config) const;
  /// The answer if no route has this path.
  std::optional<answer> answer_without_route(const request& req, const path_routes* found) const;
  /// The verdict of the route's checks.
  head_verdict judged(call c, head_verdict verdict) const;
  /// The same after the token of `c` is resolved.
  head_verdict admitted(call c, const resolution& identity, head_verdict verdict) const;
  /// The verdict on a request that passes its checks: the destination of its body.
  head_verdict placed(const call& c, head_verdict verdict) const;
  head_verdict refused(const call& c, head_verdict verdict, answer no) const;
  /// The header lines that every answer of a route has; rendered once per configuration.
  shared_bytes common_lines(const config_ptr& config) const;

  environment& env_;
  std::deque<path_routes> paths_;
  std::unordered_map<std::string_view, const path_routes*> by_path_;
  using lines_of_config = std::pair<config_ptr, std::string>;
  mutable std::atomic<std::shared_ptr<const lines_of_config>> common_;
};

} // namespace praetor::api
