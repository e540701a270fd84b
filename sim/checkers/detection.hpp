#pragma once

#include "sim/clients.hpp"

namespace praetor::sim {

/// Lets a service fail, and then an agent die, in a cluster in which nothing else is broken: look-ups at every other
/// node must notice each within its bound.
void judge_detection(laboratory& lab);

} // namespace praetor::sim
