#pragma once

#include "actors/agent_view.hpp"
#include "actors/handler.hpp"
#include "actors/logger.hpp"
#include "actors/rpc/rpc_messages.hpp"
#include "protocol/actors.hpp"
#include "protocol/watch/watch_follower.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <string>

namespace praetor {

struct watch_runner_options {
  agent_view_ptr view;
  std::shared_ptr<handler_port> handlers;
  logger_ptr log;
  configured_watch watch;
};

struct watch_runner_state {
  static constexpr const char* name = "watch_runner";
  watch_runner_state() = default;
  /// Cancels the pending query.
  ~watch_runner_state();

  /// Receives the answer to one query, on any thread, before the wake-up that announces it.
  struct slot {
    std::atomic<std::shared_ptr<const remote_answer>> answer;
  };

  watch_runner_actor::pointer self = nullptr;
  watch_runner_options options;
  std::unique_ptr<watch_follower> follower;
  std::shared_ptr<slot> awaited; ///< of the pending query; null: none
  std::uint64_t number = 0;      ///< of the newest query, pause or run: tells its messages from stale ones
  std::function<void()> cancel;  ///< cancels the pending query; may be null
  std::shared_ptr<running_handler> running;

  /// The pending query was answered, or a pause is over.
  void wake();
  void ended(const handler_result& result);

private:
  void ask();
  void pause(nanoseconds time);
  void answered(const remote_answer& a);
  void failed(const std::string& why);
  void run_handler(const watch_event& news);
  void tell_of_program(const handler_result& result);
  void tell_of_answer(const handler_result& result);
};

watch_runner_actor::behavior_type watch_runner(watch_runner_actor::stateful_pointer<watch_runner_state> self,
                                               watch_runner_options options);

} // namespace praetor
