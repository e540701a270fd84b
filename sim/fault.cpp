#include "sim/fault.hpp"

#include "sim/faults/fault_row.hpp"

#include <cstdio>

namespace praetor::sim {

std::string_view name_of(fault_kind kind) { return row_of(kind).name; }

std::optional<fault_kind> fault_kind_named(std::string_view name) {
  for (const auto& row : fault_rows())
    if (row.name == name) return row.kind;
  return {};
}

std::vector<fault_kind> all_fault_kinds() {
  std::vector<fault_kind> out;
  for (const auto& row : fault_rows()) out.push_back(row.kind);
  return out;
}

std::string describe(const fault& f) {
  char text[96];
  auto seconds = [](duration d) { return std::chrono::duration<double>(d).count(); };
  std::snprintf(text, sizeof text, "at %.3f s for %.3f s: ", seconds(f.at), seconds(f.lasts));
  std::string out = text;
  out += name_of(f.kind);
  for (std::size_t i = 0; i < f.nodes.size(); ++i) (out += i == 0 ? " of " : ", ") += f.nodes[i];
  if (f.amount != 0) {
    std::snprintf(text, sizeof text, " (%g)", f.amount);
    out += text;
  }
  return out;
}

} // namespace praetor::sim
