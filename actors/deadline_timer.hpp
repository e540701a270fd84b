#pragma once

#include "protocol/actors.hpp"

#include <algorithm>

namespace praetor {

/// Wakes its actor once, by a message wake_up<Purpose>, at a time that may be changed until then. CAF does not take a
/// delayed message back: those of earlier starts arrive as well, and their numbers tell that they no longer count.
template <class Purpose = void>
class deadline_timer {
public:
  using time_point = caf::actor_clock::time_point;

  /// Wakes the actor after `wait`, and not at the time that was set before.
  template <class Self>
  void start(Self* self, std::chrono::nanoseconds wait) {
    due_ = self->clock().now() + wait;
    self->delayed_send(self, wait, wake_up<Purpose>{++newest_});
  }
  /// The same, unless it wakes the actor sooner anyhow: a deadline that is put off leaves the timer as it is, which
  /// then finds nothing to do and is started anew.
  template <class Self>
  void start_by(Self* self, time_point due) {
    if (due >= due_) return;
    start(self, std::max(due - self->clock().now(), time_point::duration::zero()));
    due_ = due;
  }
  /// As the next message in the actor's mailbox.
  template <class Self>
  void wake_now(Self* self) {
    due_ = self->clock().now();
    self->send(self, wake_up<Purpose>{++newest_});
  }
  void stop() {
    ++newest_;
    due_ = time_point::max();
  }
  /// To be asked when a wake-up arrives: false if it does not count. The timer then rests until it is started again.
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
