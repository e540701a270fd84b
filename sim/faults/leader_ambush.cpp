#include "sim/faults/leader_ambush.hpp"

#include "sim/faults/fault_context.hpp"

#include <algorithm>

namespace praetor::sim {

leader_ambush::leader_ambush(fault_context& context) : c_(context) {
  c_.world.after_each_step([this] {
    if (!armed_.empty()) watch_for_commit();
    if (!coming_.empty()) watch_for_leader();
  });
}

void leader_ambush::before_replication(const active& a) {
  coming_leader next{a};
  for (auto* n : c_.cluster.servers())
    if (n->up()) next.term = std::max(next.term, n->view().leader.get()->term);
  coming_.push_back(next);
}

void leader_ambush::call_off(const active& a) {
  std::erase_if(armed_, [&](const armed& w) { return w.a == a; });
  std::erase_if(coming_, [&](const coming_leader& c) { return c.a == a; });
}

/// An entry is committed once a majority of the voters has it durably; the leader learns of it and applies it later.
bool leader_ambush::has_committed(node& n, std::uint64_t index) const {
  auto members = c_.cluster.members(n);
  std::size_t holding = 0;
  for (auto* other : c_.cluster.servers()) {
    auto& log = other->disk().log();
    if (members.is_voter({other->id(), log.opened().storage_id}) && log.durable_last_index() >= index &&
        log.term(index) == n.disk().log().term(index))
      ++holding;
  }
  return 2 * holding > members.voter_count();
}

void leader_ambush::watch_for_commit() {
  for (std::size_t i = 0; i < armed_.size(); ++i) {
    auto [a, n] = armed_[i];
    if (!n->up() || !n->ready()) continue;
    auto index = n->state()->log_index() + 1;
    if (n->disk().log().last_index() < index || !has_committed(*n, index)) continue;
    armed_.erase(armed_.begin() + static_cast<std::ptrdiff_t>(i));
    c_.world.interrupt([&c = c_, a = a, n = n] {
      if (!a->over && n->up()) c.hold_down(a, *n, c.world.one_in(2));
    });
    return;
  }
}

/// Cuts it off before any of its messages as leader is in transit.
void leader_ambush::cut_off_if_elected(coming_leader& next, node& n) {
  if (next.n || !n.up()) return;
  auto seen = n.view().leader.get();
  if (!seen->is_leader || seen->term <= next.term) return;
  next.n = &n;
  next.term = seen->term;
  next.links = c_.harm(next.a, all_links_of({&n}), cut_off);
}

void leader_ambush::watch_for_leader() {
  for (std::size_t i = 0; i < coming_.size(); ++i) {
    auto& next = coming_[i];
    for (auto* n : c_.cluster.servers()) cut_off_if_elected(next, *n);
    if (!next.n) continue;
    auto& log = next.n->disk().log();
    if (next.n->up() && log.term(log.durable_last_index()) != next.term) continue;
    auto done = next;
    coming_.erase(coming_.begin() + static_cast<std::ptrdiff_t>(i));
    c_.world.interrupt([&c = c_, done] {
      if (done.a->over) return;
      c.hold_down(done.a, *done.n, c.world.one_in(2));
      c.cluster.fabric().wires.mend(done.links);
    });
    return;
  }
}

} // namespace praetor::sim
