#pragma once

#include "actors/deadline_timer.hpp"
#include "actors/watches/watch.hpp"
#include "protocol/actors.hpp"

#include <memory>
#include <vector>

namespace praetor {

struct watch_subscriber_state {
  static constexpr const char* name = "watch_subscriber";
  watch_subscriber_state() = default;

  watch_subscriber_actor::pointer self = nullptr;
  watch_directory_actor directory;
  watched_query_ptr query;
  evaluation_ptr current; ///< null: stale, evaluate before use
  std::shared_ptr<state::trigger> armed;
  std::vector<watch_request_ptr> waiting;
  std::uint64_t received = 0;   ///< requests so far
  std::uint64_t generation = 0; ///< of the newest trigger
  deadline_timer<> timer;

  void add(watch_request_ptr request);
  void remove(const watch_request_ptr& request);
  void changed();
  void expire();
  void release();

private:
  void evaluate();
  void set_timer();
  void end_if_alone();
};

/// @param directory notified when no one waits any more
watch_subscriber_actor::behavior_type
watch_subscriber(watch_subscriber_actor::stateful_pointer<watch_subscriber_state> self, watch_directory_actor directory,
                 watched_query_ptr query);

struct watch_directory_state {
  static constexpr const char* name = "watch_directory";
  watch_directory_state() = default;
  /// Stops its subscribers.
  ~watch_directory_state();

  struct entry {
    watch_subscriber_actor subscriber;
    std::uint64_t sent = 0;
  };
  std::map<std::string, entry> subscribers;
};

watch_directory_actor::behavior_type
watch_directory(watch_directory_actor::stateful_pointer<watch_directory_state> self);

} // namespace praetor
