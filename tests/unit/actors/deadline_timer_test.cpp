#include "actors/deadline_timer.hpp"

#include "stage.hpp"

#include <functional>

using namespace praetor;

namespace {

using sleeper_actor = caf::typed_actor<caf::reacts_to<wake_up<>>, caf::reacts_to<start_atom, local<done_callback>>>;

/// An actor with a timer that records its wake-ups.
struct sleeper {
  stage on;
  steady_time began = on.now();
  deadline_timer<> timer;
  std::vector<std::chrono::nanoseconds> woken; ///< since the start
  sleeper_actor::pointer self = nullptr;
  sleeper_actor actor;

  sleeper() {
    actor = on.keep(on.system.spawn([this](sleeper_actor::pointer p) -> sleeper_actor::behavior_type {
      self = p;
      return {
          [this](wake_up<> message) {
            if (timer.has_ended(message)) woken.push_back(on.now() - began);
          },
          [](start_atom, local<done_callback>& task) { task.value(nullptr); },
      };
    }));
  }
  /// Runs a task in the actor.
  void in_actor(const std::function<void()>& task) {
    caf::anon_send(actor, start_atom_v, local<done_callback>{[&](const error*) { task(); }});
    on.run();
  }
};

using times = std::vector<std::chrono::nanoseconds>;

} // namespace

TEST_CASE("a timer that is started again wakes its actor at the new time only") {
  sleeper s;
  CHECK_FALSE(s.timer.was_started());
  s.in_actor([&] {
    s.timer.start(s.self, 2s);
    s.timer.start(s.self, 1s);
    s.timer.start(s.self, 3s);
  });
  CHECK(s.timer.was_started());
  s.on.advance(10s);
  CHECK(s.woken == times{3s});
}

TEST_CASE("a stopped timer wakes nobody until it is started again") {
  sleeper s;
  s.in_actor([&] {
    s.timer.start(s.self, 1s);
    s.timer.stop();
  });
  s.on.advance(5s);
  CHECK(s.woken.empty());
  s.in_actor([&] { s.timer.start_by(s.self, s.on.now() + 1s); });
  s.on.advance(5s);
  CHECK(s.woken == times{6s});
}

TEST_CASE("a deadline that is put off leaves the timer as it is, an earlier one does not") {
  sleeper s;
  s.in_actor([&] {
    s.timer.start_by(s.self, s.began + 3s);
    s.timer.start_by(s.self, s.began + 4s);
    s.timer.start_by(s.self, s.began + 2s);
    s.timer.start_by(s.self, steady_time::max());
  });
  s.on.advance(10s);
  CHECK(s.woken == times{2s});
  s.in_actor([&] { s.timer.start_by(s.self, s.began); });
  s.on.advance(0s);
  CHECK(s.woken == times{2s, 10s});
}

TEST_CASE("a timer wakes its actor at once, and not again") {
  sleeper s;
  s.in_actor([&] {
    s.timer.start(s.self, 1s);
    s.timer.wake_now(s.self);
  });
  CHECK(s.woken == times{0s});
  s.on.advance(5s);
  CHECK(s.woken == times{0s});
}
