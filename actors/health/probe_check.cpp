#include "actors/health/probe_check.hpp"

#include "protocol/base/randomness.hpp"
#include "protocol/types/check_kinds.hpp"

namespace praetor {

namespace {

/// Spreads an agent's checks over their interval: [0, interval).
nanoseconds first_delay(std::uint64_t seed, nanoseconds interval) {
  std::mt19937_64 random(seed);
  return jitter(random, interval);
}

} // namespace

probe_check_state::~probe_check_state() {
  if (running) running->cancel();
}

void probe_check_state::plan(nanoseconds delay) { self->delayed_send(self, delay, wake_up<>{++attempt}); }

void probe_check_state::attempt_now() {
  auto me = check_runner_actor{self};
  request.output_limit = start.output_limit();
  running = start.outside->probes->start(request, [me, number = attempt](probe_result result) {
    caf::anon_send(me, messages::probe_ended{number, std::make_shared<probe_result>(std::move(result))});
  });
}

void probe_check_state::ended(const probe_result& result) {
  running.reset();
  std::optional<std::string_view> status = result.status;
  if (!result.at_once) status = counted->count(result.status);
  if (status)
    self->send(start.registry, messages::check_result{start.definition.id, std::string(*status), result.output});
  plan(start.definition.interval);
}

check_runner_actor::behavior_type probe_check(check_runner_actor::stateful_pointer<probe_check_state> self,
                                              check_start start) {
  auto& s = self->state;
  s.self = self;
  s.start = std::move(start);
  s.request = {s.start.definition, attempt_timeout(s.start.definition), s.start.output_limit()};
  s.counted.emplace(s.start.definition);
  s.plan(first_delay(s.start.outside->seed(), s.start.definition.interval));
  return {
      [self](wake_up<> message) {
        if (message.number == self->state.attempt) self->state.attempt_now();
      },
      [self](const messages::probe_ended& m) {
        if (m.attempt == self->state.attempt) self->state.ended(*m.result);
      },
      [](renew_atom) {},
  };
}

} // namespace praetor
