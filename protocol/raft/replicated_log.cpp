#include "protocol/raft/replicated_log.hpp"

#include <algorithm>

namespace praetor::raft {

void replicated_log::restore(index_t first, index_t last, term_t before_first_term) {
  PRAETOR_ASSERT(first >= 1 && last + 1 >= first);
  cache_.clear();
  cache_bytes_ = 0;
  base_index_ = first - 1;
  base_term_ = before_first_term;
  last_ = last;
  last_term_ = base_term_;
  if (last < first) return;
  auto newest = disk_->entries(last, last, 1);
  PRAETOR_ASSERT(!newest.empty() && newest.front()->index == last);
  last_term_ = newest.front()->term;
  last_time_ns_ = std::max(last_time_ns_, newest.front()->time_ns);
}

void replicated_log::reset(index_t index, term_t term) {
  cache_.clear();
  cache_bytes_ = 0;
  base_index_ = last_ = index;
  base_term_ = last_term_ = term;
}

std::optional<term_t> replicated_log::term(index_t index) const {
  if (index == base_index_) return index == 0 || base_term_ != 0 ? std::optional{base_term_} : std::nullopt;
  if (index < base_index_ || index > last_) return std::nullopt;
  if (index == last_) return last_term_;
  if (auto e = cached(index)) return e->term;
  return disk_->term(index);
}

entry_ptr replicated_log::cached(index_t index) const {
  if (index < cache_first() || index > last_) return nullptr;
  return cache_[index - cache_first()];
}

std::vector<entry_ptr> replicated_log::read(index_t from, index_t last, std::size_t max_bytes,
                                            std::size_t max_entries) const {
  last = std::min(last, last_);
  if (from < first() || from > last) return {};
  if (last - from >= max_entries) last = from + max_entries - 1;
  if (from < cache_first()) return disk_->entries(from, std::min(last, cache_first() - 1), max_bytes);
  std::vector<entry_ptr> result;
  std::size_t bytes = 0;
  for (auto i = from; i <= last; ++i) {
    const auto& e = cache_[i - cache_first()];
    bytes += e->weight();
    if (!result.empty() && bytes > max_bytes) break;
    result.push_back(e);
  }
  return result;
}

// Terms never decrease along the log, so both searches are binary.

index_t replicated_log::first_of_term_at(index_t index, index_t floor) const {
  auto wanted = term(index);
  auto low = std::max(floor, first()), high = index;
  while (low < high) {
    auto middle = low + (high - low) / 2;
    if (term(middle) == wanted)
      high = middle;
    else
      low = middle + 1;
  }
  return high;
}

index_t replicated_log::last_not_above(term_t wanted, index_t index) const {
  auto low = base_index_, high = std::min(index, last_);
  while (low < high) {
    auto middle = low + (high - low + 1) / 2;
    if (term(middle).value_or(0) <= wanted)
      low = middle;
    else
      high = middle - 1;
  }
  return low;
}

void replicated_log::append(entry_ptr e) {
  PRAETOR_ASSERT(e->index == last_ + 1);
  PRAETOR_ASSERT(e->term >= last_term_);
  last_ = e->index;
  last_term_ = e->term;
  last_time_ns_ = std::max(last_time_ns_, e->time_ns);
  cache_bytes_ += e->weight();
  cache_.push_back(std::move(e));
}

void replicated_log::truncate(index_t from) {
  PRAETOR_ASSERT(from > base_index_);
  if (from > last_) return;
  auto before = term(from - 1);
  while (last_ >= from && !cache_.empty()) {
    cache_bytes_ -= cache_.back()->weight();
    cache_.pop_back();
    --last_;
  }
  last_ = from - 1;
  last_term_ = before.value_or(0);
}

void replicated_log::compact(index_t index, term_t term) {
  if (index <= base_index_) return;
  PRAETOR_ASSERT(index <= last_);
  while (!cache_.empty() && cache_.front()->index <= index) {
    cache_bytes_ -= cache_.front()->weight();
    cache_.pop_front();
  }
  base_index_ = index;
  base_term_ = term;
}

void replicated_log::evict(index_t up_to, std::size_t max_bytes) {
  while (cache_bytes_ > max_bytes && !cache_.empty() && cache_.front()->index <= up_to) {
    cache_bytes_ -= cache_.front()->weight();
    cache_.pop_front();
  }
}

} // namespace praetor::raft
