#pragma once

#include "sim/fault.hpp"
#include "sim/node.hpp"

#include <functional>
#include <memory>
#include <vector>

namespace praetor::sim {

/// A fault that is there now.
struct active_fault {
  const fault& what; ///< of the nemesis's schedule
  /// Run at its end, in this order.
  std::vector<std::function<void()>> mending;
  bool over = false;
};
using active = std::shared_ptr<active_fault>;
/// The nodes that a fault happens to.
using victims = std::vector<node*>;

} // namespace praetor::sim
