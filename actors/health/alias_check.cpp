#include "actors/health/alias_check.hpp"

#include "protocol/mutation.hpp"

namespace praetor {

namespace {

/// Checks again after this time even without a change.
constexpr auto longest_pause = std::chrono::seconds(60);
/// The number of timed wake-ups; triggers have other numbers.
constexpr std::uint64_t by_time = 0;

} // namespace

bool counts_for_alias(const health_check& check, const check_definition& alias, bool same_node) {
  if (check.service_id.empty()) return check.type != "alias";
  return check.service_id == alias.alias_service && !(same_node && check.check_id == alias.id);
}

alias_verdict missing_target(const check_definition& d) {
  return {std::string(health_critical), "Service " + d.alias_service + " could not be found on node " + d.alias_node};
}

void report_alias(check_runner_actor::pointer self, const check_start& start, alias_verdict verdict) {
  if (mutated(mutation::alias_always_passes)) verdict = {std::string(health_passing), "All checks passing."};
  if (auto limit = start.output_limit(); verdict.output.size() > limit) verdict.output.resize(limit);
  self->send(start.registry,
             messages::check_result{start.definition.id, std::move(verdict.status), std::move(verdict.output)});
}

alias_verdict judge_alias(const std::vector<health_check_ptr>& checks) {
  if (checks.empty()) return {std::string(health_passing), "No checks found."};
  alias_verdict verdict{std::string(health_passing), "All checks passing."};
  for (const auto& check : checks) {
    if (check->status != health_critical && check->status != health_warning) continue;
    verdict = {check->status, "Aliased check " + praetor::quoted(check->name) + " failing: " + check->output};
    if (check->status == health_critical) break;
  }
  return verdict;
}

alias_verdict alias_check_state::judge(state::watch_set& touched) const {
  const auto& d = start.definition;
  auto current = start.view->registry.get();
  if (!current->service(d.alias_service, &touched)) return missing_target(d);
  std::vector<health_check_ptr> checks;
  auto add = [&](const local_check_ptr& c) {
    if (counts_for_alias(*c->check, d, true)) checks.push_back(c->check);
  };
  current->for_checks_of("", &touched, add);
  current->for_checks_of(d.alias_service, &touched, add);
  return judge_alias(checks);
}

void alias_check_state::look() {
  alias_verdict verdict;
  // If the state changed before the trigger was armed, read it again.
  for (bool stale = true; stale;) {
    state::watch_set touched;
    verdict = judge(touched);
    auto me = check_runner_actor{self};
    armed = std::make_shared<state::trigger>([me, number = ++generation] { caf::anon_send(me, wake_up<>{number}); });
    stale = touched.subscribe(armed);
  }
  report_alias(self, start, std::move(verdict));
}

check_runner_actor::behavior_type alias_check(check_runner_actor::stateful_pointer<alias_check_state> self,
                                              check_start start) {
  auto& s = self->state;
  s.self = self;
  s.start = std::move(start);
  self->send(self, wake_up<>{by_time});
  return {
      [self](wake_up<> message) {
        auto& s = self->state;
        if (message.number == by_time)
          self->delayed_send(self, longest_pause, wake_up<>{by_time});
        else if (message.number != s.generation)
          return;
        s.look();
      },
      [](const messages::probe_ended&) {},
      [](renew_atom) {},
  };
}

} // namespace praetor
