#pragma once

#include "sim/scenario.hpp"

#include <vector>

namespace praetor::sim {

/// Each file of this folder adds its scenarios.
void add_plain_scenarios(std::vector<scenario>& to);
void add_leadership_scenarios(std::vector<scenario>& to);
void add_link_scenarios(std::vector<scenario>& to);
void add_disk_scenarios(std::vector<scenario>& to);
void add_membership_scenarios(std::vector<scenario>& to);
void add_client_scenarios(std::vector<scenario>& to);
void add_attacker_scenarios(std::vector<scenario>& to);

} // namespace praetor::sim
