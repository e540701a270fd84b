#include "protocol/types/error.hpp"
#include "sim/faults/fault_row.hpp"

#include <vector>

namespace praetor::sim {

std::span<const fault_row> fault_rows() {
  static const auto all = [] {
    std::vector<fault_row> out;
    for (auto of_area : {machine_faults, clock_faults, link_faults, disk_faults, membership_faults})
      for (const auto& row : of_area()) out.push_back(row);
    return out;
  }();
  return all;
}

const fault_row& row_of(fault_kind kind) {
  auto place = static_cast<std::size_t>(kind);
  PRAETOR_ASSERT(place < fault_rows().size() && fault_rows()[place].kind == kind);
  return fault_rows()[place];
}

} // namespace praetor::sim
