#include "actors/health/unavailable_check.hpp"

namespace praetor {

check_runner_actor::behavior_type unavailable_check(check_runner_actor::stateful_pointer<unavailable_check_state> self,
                                                    check_start start) {
  auto kind = std::string(check_kind(start.definition));
  auto output = "Checks of kind " + praetor::quoted(kind) + " are not available in this release";
  start.outside->log_lines->write(log_level::warn, "agent", output, {{"check", start.definition.id}});
  self->send(start.registry, result_atom_v, start.definition.id, std::string(health_critical), std::move(output));
  return {
      [](wake_atom, std::uint64_t) {},
      [](result_atom, std::uint64_t, local<std::shared_ptr<probe_result>>&) {},
      [](renew_atom) {},
  };
}

} // namespace praetor
