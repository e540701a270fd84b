#include "sim/nemesis.hpp"

#include "sim/faults/fault_row.hpp"

#include <algorithm>
#include <utility>

namespace praetor::sim {

void nemesis::plan(const fault_schedule& faults) {
  plan_ = faults;
  auto& world = context_.world;
  for (const auto& f : plan_) {
    if (auto prepare = row_of(f.kind).prepare) prepare(context_, f);
    world.after(std::max(f.at - world.now(), duration{0}), [this, &f] {
      if (open_) begin_fault(f);
    });
  }
}

void nemesis::stop() {
  open_ = false;
  while (!active_.empty()) end_fault(active_.back());
}

node* nemesis::pick(const std::string& role, const victims& taken) {
  victims candidates;
  auto* leads = context_.cluster.leader();
  for (auto* n : context_.cluster.nodes()) {
    bool server = n->options().server;
    if (std::find(taken.begin(), taken.end(), n) != taken.end()) continue;
    if (role == n->options().name) return n;
    if (role == "any" || (role == "server" && server) || (role == "agent" && !server) ||
        (role == "leader" && (n == leads || (!leads && server))) || (role == "follower" && server && n != leads))
      candidates.push_back(n);
  }
  return candidates.empty() ? nullptr : candidates[context_.world.below(candidates.size())];
}

victims nemesis::resolve(const fault& f) {
  victims out;
  for (const auto& role : f.nodes)
    if (auto* n = pick(role, out)) out.push_back(n);
  return out;
}

void nemesis::begin_fault(const fault& f) {
  auto who = resolve(f);
  if (who.empty() && !f.nodes.empty()) return;
  auto a = std::make_shared<active_fault>(f);
  active_.push_back(a);
  auto& lab = context_.lab;
  lab.calm_since = duration::max();
  if (lab.watcher) {
    std::vector<std::string> names;
    for (auto* n : who) names.push_back(n->options().name);
    lab.watcher->fault_begins(context_.world.now(), f, names);
  }
  const auto& row = row_of(f.kind);
  context_.world.trace().mix(row.name);
  row.begin(context_, a, who);
  context_.world.after(f.lasts, [this, a] { end_fault(a); });
}

void nemesis::end_fault(const active& given) {
  auto a = given;
  if (std::exchange(a->over, true)) return;
  std::erase(active_, a);
  context_.ambush.call_off(a);
  context_.images.erase(&a->what);
  context_.note_clocks();
  for (auto& mend : a->mending) mend();
  context_.note_clocks();
  auto& lab = context_.lab;
  if (active_.empty()) lab.calm_since = context_.world.now();
  if (lab.watcher) lab.watcher->fault_ends(context_.world.now(), a->what);
}

} // namespace praetor::sim
