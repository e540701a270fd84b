#include "sim/checkers/consensus.hpp"

#include "storage/state/audit.hpp"
#include "storage/state/records.hpp"

#include <algorithm>

namespace praetor::sim {

void consensus_checker::look(bool seldom) {
  for (auto* n : watched_.servers()) {
    if (!n->up()) continue;
    if (seldom) note(*n);
    note_leader(*n);
    auto index = n->state()->log_index();
    if (index <= applied_.index) continue;
    if (auto term = n->disk().log().term(index)) applied_ = {index, *term, n->options().name};
  }
}

void consensus_checker::note_leader(node& n) {
  auto seen = n.view().leader.get();
  if (!seen->is_leader) return;
  auto [it, fresh] = leaders_.emplace(seen->term, n.options().name);
  if (!fresh) {
    if (it->second != n.options().name)
      lab_.find("one leader a term",
                it->second + " and " + n.options().name + " both lead in term " + std::to_string(seen->term));
    return;
  }
  if (lab_.watcher) lab_.watcher->leads(lab_.world.now(), n.options().name, seen->term);
  // A leader has every entry committed in earlier terms (Raft 5.4.3).
  if (applied_.index == 0 || applied_.term >= seen->term) return;
  auto& log = n.disk().log();
  auto what = "entry " + std::to_string(applied_.index) + " of term " + std::to_string(applied_.term) + ", which " +
              applied_.node + " has applied";
  auto covered = n.state()->log_index() >= applied_.index || log.first_index() > applied_.index;
  if (!covered && log.term(applied_.index) != applied_.term)
    lab_.find("leader completeness",
              n.options().name + " leads in term " + std::to_string(seen->term) + " without " + what);
}

void consensus_checker::note(node& n) {
  auto store = n.state();
  auto& last = noted_[&n];
  if (store->log_index() == 0 || last == std::pair{n.life(), store->log_index()}) return;
  last = {n.life(), store->log_index()};
  auto odd = hashes_.note(store->log_index(), state::content_hash(*store));
  if (!odd.empty()) lab_.find("equal states", n.options().name + ": " + odd);
  for (const auto& wrong : state::audit(store->tables())) lab_.find("sound state", n.options().name + ": " + wrong);
}

/// Logs with the same term at an index are equal up to that index (Raft 5.3).
void consensus_checker::compare_logs(node& a, node& b) {
  auto &left = a.disk().log(), &right = b.disk().log();
  auto first = std::max(left.first_index(), right.first_index());
  bool same = false;
  for (auto i = std::min(left.last_index(), right.last_index()); i >= first && i > 0; --i) {
    auto x = left.entries(i, i, SIZE_MAX), y = right.entries(i, i, SIZE_MAX);
    if (x.empty() || y.empty()) return lab_.find("durability", "entry " + std::to_string(i) + " can't be read");
    same = same || x[0]->term == y[0]->term;
    if (same && !(*x[0] == *y[0]))
      return lab_.find("log matching", "the logs of " + a.options().name + " and " + b.options().name +
                                           " differ at entry " + std::to_string(i) +
                                           " although a later one is the same");
  }
}

void consensus_checker::judge() {
  auto servers = watched_.servers();
  noted_.clear(); // again, at the same index
  for (auto* n : servers) note(*n);
  for (std::size_t i = 0; i < servers.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) compare_logs(*servers[i], *servers[j]);
  for (auto* n : servers)
    for (auto& wrong : replay(n->disk(), n->state()->log_index(), hashes_))
      lab_.find("equal states", n->options().name + ": " + wrong);
}

} // namespace praetor::sim
