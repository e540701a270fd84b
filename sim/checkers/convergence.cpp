#include "sim/checkers/convergence.hpp"

#include "storage/state/queries_health.hpp"
#include "storage/state/records.hpp"

#include <algorithm>
#include <array>

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
    if (kept->service->tags != s->tags)
      return "the agent " + name + " does not show the tags of " + s->id + " that are in force";
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

constexpr std::array status_names{"nobody", "alive", "leaving", "left", "failed"};

/// A live agent that is not an alive member in a node's view of the pool.
template <class NameInPool>
std::string misses(const node& one, const std::shared_ptr<const membership>& pool, const std::vector<node*>& others,
                   NameInPool name_in_pool) {
  if (!pool) return one.options().name + " has no members";
  for (auto* other : others) {
    if (!other->up()) continue;
    auto name = name_in_pool(*other);
    auto it = std::find_if(pool->members.begin(), pool->members.end(), [&](auto& m) { return m.name == name; });
    if (it == pool->members.end()) return one.options().name + " does not know " + name;
    if (it->status != swim::member_status::alive)
      return one.options().name + " takes " + name + " for " + status_names[static_cast<std::size_t>(it->status)];
  }
  return {};
}

} // namespace

std::string members_disagree(const cluster& c) {
  auto name_in_pool = [](const node& n) { return n.options().name; };
  for (auto* one : c.nodes())
    if (one->up())
      if (auto odd = misses(*one, one->view().lan.load(), c.nodes(), name_in_pool); !odd.empty()) return odd;
  return {};
}

std::string wan_members_disagree(const std::vector<const cluster*>& datacenters) {
  std::vector<node*> all;
  for (const auto* c : datacenters) all.insert(all.end(), c->servers().begin(), c->servers().end());
  auto name_in_pool = [](const node& n) { return n.options().name + "." + n.options().datacenter; };
  for (auto* one : all)
    if (one->up())
      if (auto odd = misses(*one, one->view().wan.load(), all, name_in_pool); !odd.empty()) return odd;
  return {};
}

std::string voters_disagree(const cluster& c) {
  auto* leads = c.leader();
  if (!leads) return "there is no leader";
  auto members = c.members(*leads);
  for (const auto& m : members.servers) {
    auto is_it = [&](node* n) { return m.who == raft::identity{n->id(), n->disk().log().opened().storage_id}; };
    if (std::none_of(c.servers().begin(), c.servers().end(), is_it))
      return "the Raft configuration still names " + m.who.id + " at " + m.address + ", which is gone for good";
    if (!m.voter) return "the server at " + m.address + " was not made a voter";
  }
  if (members.servers.size() < c.servers().size()) return "the Raft configuration lacks a server that is up";
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
