#pragma once

#include "sim/clients.hpp"

namespace praetor::sim {

/// Lets a service and then an agent fail in an otherwise healthy cluster: lookups at every other node must reflect each
/// failure within its time limit.
void judge_detection(laboratory& lab);

} // namespace praetor::sim
