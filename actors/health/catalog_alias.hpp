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
  /// Nobody waits for the question under way any more.
  ~catalog_alias_state();

  /// Where the answer to one question arrives, on whichever thread, before the wake-up that tells of it.
  struct slot {
    std::atomic<std::shared_ptr<const remote_answer>> answer;
  };

  check_runner_actor::pointer self = nullptr;
  check_start start;
  std::shared_ptr<slot> awaited;   ///< of the question under way; null: there is none
  bool looking_for_target = false; ///< the question is whether there is such a node and service
  std::uint64_t number = 0;        ///< of the newest question or pause: tells its wake-up from older ones
  std::uint64_t index = 0;         ///< of the node's checks as they were seen last
  backoff pauses{std::chrono::seconds(2), std::chrono::minutes(1), 3}; ///< while no answer comes
  std::vector<health_check_ptr> checks;                                ///< those that count
  std::function<void()> cancel;                                        ///< ends the question under way; may be null

  /// The question under way has been answered, or a pause is over.
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

/// A check that follows the checks of another node, or of a service there, in the catalog. It asks as a client would,
/// with the token that it was registered with, and waits for news of the answer: what its token may not see is not
/// there. On a server the server itself answers, elsewhere a server that the agent reaches.
check_runner_actor::behavior_type catalog_alias(check_runner_actor::stateful_pointer<catalog_alias_state> self,
                                                check_start start);

} // namespace praetor
