#pragma once

#include "sim/faults/fault_context.hpp"

#include <string>
#include <vector>

namespace praetor::sim {

/// Carries out a schedule of faults on a cluster, and mends each when its time is over.
class nemesis {
public:
  /// @param lab is told what clients have to reckon with
  nemesis(cluster& victims, laboratory& lab) : context_(victims, lab) {}

  /// Once.
  void plan(const fault_schedule& faults);
  /// Begins nothing more, and mends all there is.
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
