#include "actors/health/ttl_check.hpp"

namespace praetor {

void ttl_check_state::countdown(nanoseconds left) {
  deadline = self->clock().now() + left;
  if (waiting) return;
  waiting = true;
  self->delayed_send(self, left, wake_up<>{});
}

void ttl_check_state::wake() {
  waiting = false;
  auto left = deadline - self->clock().now();
  if (left.count() > 0)
    countdown(left);
  else
    expire();
}

void ttl_check_state::expire() {
  std::string output = "TTL expired";
  auto known = start.view->registry.get()->check(start.definition.id);
  if (known && !known->check->output.empty())
    output += " (last output before timeout follows): " + known->check->output;
  self->send(start.registry,
             messages::check_result{start.definition.id, std::string(health_critical), std::move(output)});
}

check_runner_actor::behavior_type ttl_check(check_runner_actor::stateful_pointer<ttl_check_state> self,
                                            check_start start) {
  auto& s = self->state;
  s.self = self;
  s.start = std::move(start);
  s.countdown(s.start.ttl_left.count() > 0 ? s.start.ttl_left : s.start.definition.ttl);
  return {
      [self](wake_up<>) { self->state.wake(); },
      [](const messages::probe_ended&) {},
      [self](renew_atom) { self->state.countdown(self->state.start.definition.ttl); },
  };
}

} // namespace praetor
