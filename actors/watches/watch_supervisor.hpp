#pragma once

#include "actors/gossip/retry_waits.hpp"
#include "actors/watches/watch_runner.hpp"

#include <memory>
#include <string>
#include <vector>

namespace praetor {

struct watch_supervisor_options {
  agent_view_ptr view;
  std::shared_ptr<handler_port> handlers;
  logger_ptr log;
};

struct watch_supervisor_state {
  static constexpr const char* name = "watch_supervisor";
  watch_supervisor_state() = default;
  /// Stops the watches.
  ~watch_supervisor_state();

  struct supervised {
    std::uint64_t number = 0; ///< never reused
    configured_watch watch;
    watch_runner_actor runner;     ///< null: it has failed
    backoff waits = restart_waits; ///< the delay before a restart
  };

  watch_supervisor_actor::pointer self = nullptr;
  watch_supervisor_options options;
  std::vector<supervised> watches;
  std::uint64_t newest = 0; ///< the newest number

  void take(std::vector<configured_watch> wanted);
  void runner_down(const caf::down_msg& down);
  void restart(std::uint64_t number);

private:
  void start(supervised& one);
};

watch_supervisor_actor::behavior_type
watch_supervisor(watch_supervisor_actor::stateful_pointer<watch_supervisor_state> self,
                 watch_supervisor_options options);

} // namespace praetor
