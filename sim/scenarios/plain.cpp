#include "sim/random_faults.hpp"
#include "sim/scenarios/families.hpp"

namespace praetor::sim {

void add_plain_scenarios(std::vector<scenario>& to) {
  scenario calm;
  calm.name = "three_servers";
  calm.about = "Three servers begin a cluster and serve; nothing goes wrong.";
  calm.work = {{workload_kind::kv, 4}, {workload_kind::catalog, 2}};
  calm.who.lines.reset_every = 0;
  to.push_back(calm);

  scenario wild;
  wild.name = "random_faults";
  wild.about = "Three servers and a client agent under all kinds of faults at random; every promise has to hold.";
  wild.who.agents = 1;
  wild.who.node.snapshot_threshold = 20;
  wild.who.node.snapshot_interval = std::chrono::seconds(1);
  wild.who.node.trailing_logs = 5;
  wild.work = {{workload_kind::kv, 4}, {workload_kind::catalog, 2}};
  wild.faults = [](const scenario& s, std::mt19937_64& random) { return random_faults(usual_rates(), s, random); };
  wild.length = std::chrono::seconds(30);
  to.push_back(wild);
}

} // namespace praetor::sim
