#include "actors/watches/watch_supervisor.hpp"

#include <algorithm>

namespace praetor {

namespace {

constexpr std::string_view agent_log = "agent";
constexpr std::string_view handler_is_deprecated =
    "The 'handler' field in watches has been deprecated and replaced with the 'args' field. See "
    "https://www.consul.io/docs/agent/watches.html";

void end(const watch_runner_actor& runner) {
  if (runner) caf::anon_send_exit(runner, caf::exit_reason::user_shutdown);
}

} // namespace

watch_supervisor_state::~watch_supervisor_state() {
  for (const auto& each : watches) end(each.runner);
}

void watch_supervisor_state::start(supervised& one) {
  one.runner = self->spawn(watch_runner, watch_runner_options{options.view, options.handlers, options.log, one.watch});
  self->monitor(one.runner);
}

void watch_supervisor_state::take(std::vector<configured_watch> wanted) {
  auto before = std::exchange(watches, {});
  for (auto& watch : wanted) {
    if (!watch.handler.line.empty()) options.log->write(log_level::warn, agent_log, handler_is_deprecated);
    auto same = std::find_if(before.begin(), before.end(),
                             [&](const supervised& old) { return old.watch.definition == watch.definition; });
    if (same != before.end()) {
      watches.push_back(std::move(*same));
      before.erase(same);
      continue;
    }
    watches.push_back({++newest, std::move(watch), watch_runner_actor{}});
    start(watches.back());
  }
  for (const auto& old : before) end(old.runner);
}

void watch_supervisor_state::runner_down(const caf::down_msg& down) {
  auto failed = std::find_if(watches.begin(), watches.end(), [&](const supervised& one) {
    return one.runner && caf::actor_cast<caf::actor_addr>(one.runner) == down.source;
  });
  if (failed == watches.end()) return;
  failed->runner = nullptr;
  options.log->write(log_level::error, agent_log, "a watch failed and is started again",
                     {{"type", failed->watch.plan.type}, {"error", self->system().render(down.reason)}});
  self->delayed_send(self, failed->waits.next(), messages::watch_due{failed->number});
}

void watch_supervisor_state::restart(std::uint64_t number) {
  for (auto& one : watches)
    if (one.number == number && !one.runner) start(one);
}

watch_supervisor_actor::behavior_type
watch_supervisor(watch_supervisor_actor::stateful_pointer<watch_supervisor_state> self,
                 watch_supervisor_options options) {
  self->state.self = self;
  self->state.options = std::move(options);
  self->set_down_handler([self](const caf::down_msg& down) { self->state.runner_down(down); });
  return {
      [self](reload_atom, local<std::vector<configured_watch>>& watches) {
        self->state.take(std::move(watches.value));
      },
      [self](messages::watch_due m) { self->state.restart(m.watch); },
  };
}

} // namespace praetor
