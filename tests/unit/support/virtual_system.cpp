#include "tests/unit/support/virtual_system.hpp"

#include "protocol/actors.hpp"

namespace praetor {

namespace {

caf::actor_system_config& testing(caf::actor_system_config& config) {
  config.set("scheduler.policy", caf::atom("testing"));
  config.add_message_types<caf::id_block::praetor>();
  return config;
}

} // namespace

virtual_system::virtual_system()
    : system(testing(config_)), coordinator(dynamic_cast<caf::scheduler::test_coordinator&>(system.scheduler())),
      began_(now()) {}

void virtual_system::advance(std::chrono::nanoseconds by) {
  auto until = now() + by;
  auto& schedule = coordinator.clock().schedule();
  while (!schedule.empty() && schedule.begin()->first <= until) {
    coordinator.trigger_timeout();
    run();
  }
  coordinator.clock().current_time = until;
}

void virtual_system::finish() {
  run();
  coordinator.clock().cancel_all();
  run();
}

} // namespace praetor
