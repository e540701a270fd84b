#pragma once

#include "protocol/actors.hpp"

#include <algorithm>

namespace praetor {

/// Wakes its actor once, with a message wake_up<Purpose>, at a time that may be changed until then. CAF can't cancel a
/// delayed message: earlier ones arrive too, and their numbers mark them as stale.
template <class Purpose = void>
class deadline_timer {
public:
  using time_point = caf::actor_clock::time_point;

  /// Wakes the actor after `wait`, replacing any earlier time.
  template <class Self>
  void start(Self* self, std::chrono::nanoseconds wait) {
    due_ = self->clock().now() + wait;
    self->delayed_send(self, wait, wake_up<Purpose>{++newest_});
  }
  /// The same, unless an earlier wake-up is pending. A postponed deadline keeps the pending wake-up, which then finds
  /// nothing to do and restarts the timer.
  template <class Self>
  void start_by(Self* self, time_point due) {
    if (due >= due_) return;
    start(self, std::max(due - self->clock().now(), time_point::duration::zero()));
    due_ = due;
  }
  /// Sends the wake-up as the actor's next message.
  template <class Self>
  void wake_now(Self* self) {
    due_ = self->clock().now();
    self->send(self, wake_up<Purpose>{++newest_});
  }
  void stop() {
    ++newest_;
    due_ = time_point::max();
  }
  /// Call when a wake-up arrives: false if it is stale. Otherwise the timer is idle until it is started again.
  bool has_ended(wake_up<Purpose> message) {
    if (message.number != newest_) return false;
    due_ = time_point::max();
    return true;
  }
  bool was_started() const { return newest_ > 0; }

private:
  std::uint64_t newest_ = 0;
  time_point due_ = time_point::max();
};

} // namespace praetor
