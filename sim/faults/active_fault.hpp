#pragma once

#include "sim/fault.hpp"
#include "sim/node.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace praetor::sim {

/// An active fault.
struct active_fault {
  const fault& what; ///< in the nemesis's schedule
  /// Called at its end, in this order.
  std::vector<std::function<void()>> mending;
  bool over = false;
};
using active = std::shared_ptr<active_fault>;
/// The nodes affected by a fault.
using victims = std::vector<node*>;

} // namespace praetor::sim
