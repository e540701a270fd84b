#pragma once

#include "actors/health/alias_check.hpp"
#include "actors/rpc/rpc_messages.hpp"
#include "protocol/base/backoff.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <vector>

namespace praetor {

struct catalog_alias_state {
  static constexpr const char* name = "catalog_alias";
  catalog_alias_state() = default;
  /// Cancels the pending query.
  ~catalog_alias_state();

  /// Receives the answer to one query, on any thread, before the wake-up that announces it.
  struct slot {
    std::atomic<std::shared_ptr<const remote_answer>> answer;
  };

  check_runner_actor::pointer self = nullptr;
  check_start start;
  std::shared_ptr<slot> awaited;   ///< of the pending query; null: none
  bool looking_for_target = false; ///< the query asks whether the node and service exist
  std::uint64_t number = 0;        ///< of the newest query or pause: tells its wake-up from stale ones
  std::uint64_t index = 0;         ///< of the last answer about the node's checks
  backoff pauses{std::chrono::seconds(2), std::chrono::minutes(1), 3}; ///< while queries fail
  std::vector<health_check_ptr> checks;                                ///< the relevant ones
  std::function<void()> cancel;                                        ///< cancels the pending query; may be null

  /// The pending query was answered, or a pause is over.
  void wake();

private:
  void ask(std::string path, std::vector<named_text> query);
  void ask_for_checks();
  void ask_for_target();
  void pause(nanoseconds time);
  void answered(const remote_answer& a);
  expected<void> take_checks(const remote_answer& a);
  expected<void> take_target(const remote_answer& a);
  void failed(const std::string& why);
  void report(alias_verdict verdict);
};

/// A check that follows the checks of another node, or of a service there, in the catalog. It queries as a client
/// would, with its registration token, and blocks until the answer changes; records that the token may not read do not
/// exist for it. On a server the server itself answers, elsewhere a reachable server.
check_runner_actor::behavior_type catalog_alias(check_runner_actor::stateful_pointer<catalog_alias_state> self,
                                                check_start start);

} // namespace praetor
