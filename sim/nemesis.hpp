#pragma once

#include "sim/faults/fault_context.hpp"

#include <string>
#include <vector>

namespace praetor::sim {

/// Executes a schedule of faults on a cluster, and repairs each when its time is over.
class nemesis {
public:
  /// @param lab receives what clients must take into account
  nemesis(cluster& victims, laboratory& lab) : context_(victims, lab) {}

  /// Call once.
  void plan(const fault_schedule& faults);
  /// Starts no further faults, and repairs the active ones.
  void stop();

private:
  void begin_fault(const fault& f);
  void end_fault(const active& given);
  victims resolve(const fault& f);
  node* pick(const std::string& role, const victims& taken);

  fault_context context_;
  fault_schedule plan_;
  std::vector<active> active_;
  bool open_ = true;
};

} // namespace praetor::sim
