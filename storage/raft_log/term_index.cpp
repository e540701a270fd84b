#include "storage/raft_log/term_index.hpp"

#include <algorithm>
#include <iterator>

namespace praetor::storage {

void term_index::reset(log_position before) {
  before_ = before;
  last_ = before.index;
  runs_.clear();
}

void term_index::apply(const log_batch& batch) {
  if (batch.reset) reset(*batch.reset);
  if (batch.truncate_from) truncate(*batch.truncate_from);
  for (auto& one : batch.entries) append(one->index, one->term);
}

void term_index::append(raft::index_t index, raft::term_t term) {
  PRAETOR_ASSERT(index == last_ + 1);
  PRAETOR_ASSERT(runs_.empty() || runs_.back().term <= term);
  if (runs_.empty() || runs_.back().term != term) runs_.push_back({index, term});
  last_ = index;
}

void term_index::truncate(raft::index_t from) {
  PRAETOR_ASSERT(from > before_.index);
  if (from > last_) return;
  last_ = from - 1;
  while (!runs_.empty() && runs_.back().index > last_) runs_.pop_back();
}

void term_index::compact(raft::index_t through) {
  auto kept = term(through);
  PRAETOR_ASSERT(kept && through <= last_);
  before_ = {through, *kept};
  auto next = std::upper_bound(runs_.begin(), runs_.end(), through + 1,
                               [](raft::index_t index, const log_position& run) { return index < run.index; });
  if (next != runs_.begin()) --next; // the run that contains through + 1
  runs_.erase(runs_.begin(), next);
  if (!runs_.empty()) runs_.front().index = std::max(runs_.front().index, through + 1);
  if (through == last_) runs_.clear();
}

std::optional<raft::term_t> term_index::term(raft::index_t index) const {
  if (index == before_.index) return before_.term;
  if (index < before_.index || index > last_) return std::nullopt;
  auto next = std::upper_bound(runs_.begin(), runs_.end(), index,
                               [](raft::index_t at, const log_position& run) { return at < run.index; });
  return std::prev(next)->term;
}

} // namespace praetor::storage
