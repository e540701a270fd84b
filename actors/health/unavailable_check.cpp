#include "actors/health/unavailable_check.hpp"

namespace praetor {

check_runner_actor::behavior_type unavailable_check(check_runner_actor::stateful_pointer<unavailable_check_state> self,
                                                    check_start start) {
  auto kind = std::string(check_kind(start.definition));
  auto output = "Checks of kind " + praetor::quoted(kind) + " are not available in this release";
  start.outside->log_lines->write(log_level::warn, "agent", output, {{"check", start.definition.id}});
  self->send(start.registry,
             messages::check_result{start.definition.id, std::string(health_critical), std::move(output)});
  return {
      [](wake_up<>) {},
      [](const messages::probe_ended&) {},
      [](renew_atom) {},
  };
}

} // namespace praetor
