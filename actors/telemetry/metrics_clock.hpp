#pragma once

#include "actors/ports.hpp"
#include "actors/telemetry/telemetry.hpp"
#include "protocol/actors.hpp"

namespace praetor {

metrics_clock_actor::behavior_type metrics_clock(metrics_clock_actor::pointer self, metrics::telemetry_ptr telemetry,
                                                 ports_ptr outside);

} // namespace praetor
