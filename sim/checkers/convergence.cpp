#include "sim/checkers/convergence.hpp"

#include "storage/state/queries_health.hpp"
#include "storage/state/records.hpp"

#include <algorithm>

namespace praetor::sim {

namespace {

std::string of_node(const state::store& store, node& n) {
  const auto& name = n.options().name;
  auto local = n.view().registry.get();
  auto known = state::node_services(store, name, nullptr).value;
  if (!known.node) return "the catalog has no node " + name;
  if (known.node->id != n.id()) return "the catalog has another node of the name " + name;
  std::size_t own = 0;
  local->services.for_each([&](std::string_view, const local_service_ptr&) { ++own; });
  for (const auto& s : known.services) {
    if (s->id == "consul") continue;
    auto kept = local->service(s->id);
    if (!kept || kept->service->port != s->port)
      return "the catalog has service " + s->id + " of " + name + " otherwise than its agent";
    --own;
  }
  if (own != 0) return "the catalog lacks " + std::to_string(own) + " services of " + name;
  bool passes = false;
  for (const auto& c : state::node_checks(store, name, nullptr).value) {
    if (c->check_id == "serfHealth") {
      passes = c->status == "passing";
      continue;
    }
    auto kept = local->check(c->check_id);
    if (!kept || kept->check->status != c->status)
      return "the catalog has check " + c->check_id + " of " + name + " otherwise than its agent";
  }
  return passes ? std::string() : name + " lives and does not pass serfHealth";
}

} // namespace

std::string members_disagree(const cluster& c) {
  for (auto* one : c.nodes()) {
    if (!one->up()) continue;
    auto pool = one->view().lan.load();
    if (!pool) return one->options().name + " has no members";
    for (auto* other : c.nodes()) {
      if (!other->up()) continue;
      const auto& name = other->options().name;
      auto it = std::find_if(pool->members.begin(), pool->members.end(), [&](auto& m) { return m.name == name; });
      if (it == pool->members.end()) return one->options().name + " does not know " + name;
      if (it->status != swim::member_status::alive)
        return one->options().name + " does not take " + name + " for alive";
    }
  }
  return {};
}

std::string catalog_disagrees(const cluster& c) {
  auto* leads = c.leader();
  if (!leads) return "there is no leader";
  auto store = leads->state();
  for (auto* n : c.nodes())
    if (n->up())
      if (auto odd = of_node(*store, *n); !odd.empty()) return odd;
  return {};
}

} // namespace praetor::sim
