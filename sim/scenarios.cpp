#include "sim/scenario.hpp"
#include "sim/scenarios/families.hpp"

#include <algorithm>

namespace praetor::sim {

const std::vector<scenario>& scenarios() {
  static const std::vector<scenario> all = [] {
    std::vector<scenario> out;
    add_plain_scenarios(out);
    add_leadership_scenarios(out);
    add_link_scenarios(out);
    add_disk_scenarios(out);
    add_membership_scenarios(out);
    add_client_scenarios(out);
    add_attacker_scenarios(out);
    return out;
  }();
  return all;
}

const scenario* find_scenario(std::string_view name) {
  const auto& all = scenarios();
  auto it = std::find_if(all.begin(), all.end(), [&](const scenario& s) { return s.name == name; });
  return it == all.end() ? nullptr : &*it;
}

} // namespace praetor::sim
