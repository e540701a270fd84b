#include "sim/scenarios/planner.hpp"

#include <algorithm>

namespace praetor::sim {

namespace {

duration seconds(double amount) { return std::chrono::milliseconds(static_cast<std::int64_t>(amount * 1000)); }

} // namespace

double planner::between(double least, double most) {
  return least + (most - least) * static_cast<double>(random_() % 1000) / 1000;
}

planner& planner::add(fault_kind kind, double at, double lasts, names nodes, double amount) {
  fault f;
  f.kind = kind;
  f.at = seconds(at);
  f.lasts = seconds(lasts);
  f.nodes = std::move(nodes);
  f.amount = amount;
  faults_.push_back(std::move(f));
  return *this;
}

fault_schedule planner::done() const {
  auto out = faults_;
  std::stable_sort(out.begin(), out.end(), [](const fault& a, const fault& b) { return a.at < b.at; });
  return out;
}

scenario make_scenario(std::string name, std::string about, std::vector<workload> work, unsigned seconds,
                       std::function<void(planner&)> plan) {
  scenario out;
  out.name = std::move(name);
  out.about = std::move(about);
  out.work = std::move(work);
  out.length = std::chrono::seconds(seconds);
  out.faults = [plan = std::move(plan)](const scenario&, std::mt19937_64& random) {
    planner p(random);
    plan(p);
    return p.done();
  };
  return out;
}

} // namespace praetor::sim
