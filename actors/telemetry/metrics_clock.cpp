#include "actors/telemetry/metrics_clock.hpp"

namespace praetor {

namespace {

/// A timer may fire slightly before the wall clock reaches its time.
constexpr auto margin = std::chrono::milliseconds(1);

} // namespace

metrics_clock_actor::behavior_type metrics_clock(metrics_clock_actor::pointer self, metrics::telemetry_ptr telemetry,
                                                 ports_ptr outside) {
  self->send(self, wake_atom_v);
  return {[self, telemetry, outside](wake_atom) {
    constexpr auto whole = metrics::telemetry::interval;
    auto now = outside->wall_clock();
    telemetry->advance(now);
    self->delayed_send(self, whole - now % whole + margin, wake_atom_v);
  }};
}

} // namespace praetor
