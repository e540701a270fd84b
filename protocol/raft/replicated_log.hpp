#pragma once

#include <deque>

#include "protocol/raft/log_view.hpp"

namespace praetor::raft {

/// The log as the machine sees it: a bounded cache of the newest entries over the log on disk. Entries that are not yet
/// durable or not yet applied are always cached; only earlier ones are read from disk.
class replicated_log {
public:
  explicit replicated_log(const log_view& disk) : disk_(&disk) {}

  /// Restores a log that is on disk from `first` to `last`.
  void restore(index_t first, index_t last, term_t before_first_term);
  /// Starts an empty log whose next entry follows `index`.
  void reset(index_t index, term_t term);

  index_t first() const { return base_index_ + 1; }
  index_t last() const { return last_; }
  term_t last_term() const { return last_term_; }
  std::int64_t last_time_ns() const { return last_time_ns_; }
  /// Takes over the timestamp of a snapshot; timestamps never go back.
  void raise_time(std::int64_t time_ns) { last_time_ns_ = std::max(last_time_ns_, time_ns); }
  /// The term at `index`; nothing for entries that are compacted or beyond the end. Index 0 has term 0.
  std::optional<term_t> term(index_t index) const;
  /// The entry, if it is cached.
  entry_ptr cached(index_t index) const;
  /// Consecutive entries from `from` to at most `last`, within the limits but at least one, if readable.
  std::vector<entry_ptr> read(index_t from, index_t last, std::size_t max_bytes, std::size_t max_entries) const;

  /// The first index with the same term as `index`, searching no further back than `floor`.
  index_t first_of_term_at(index_t index, index_t floor) const;
  /// The last index up to `index` whose term is at most `term`; at least first() - 1.
  index_t last_not_above(term_t term, index_t index) const;

  void append(entry_ptr e);
  /// Removes the entries from `from` on.
  void truncate(index_t from);
  /// Entries up to `index` have been deleted.
  void compact(index_t index, term_t term);
  /// Sets the term of the entry before the first one, once it is known.
  void compact_term(term_t term) {
    base_term_ = term;
    if (last_ == base_index_) last_term_ = term;
  }
  /// Evicts the oldest cached entries up to `up_to` while the cache exceeds `max_bytes`.
  void evict(index_t up_to, std::size_t max_bytes);

private:
  index_t cache_first() const { return last_ + 1 - cache_.size(); }

  const log_view* disk_;
  std::deque<entry_ptr> cache_; // ends at last_
  std::size_t cache_bytes_ = 0;
  index_t base_index_ = 0; // index of the entry before the first one
  term_t base_term_ = 0;
  index_t last_ = 0;
  term_t last_term_ = 0;
  std::int64_t last_time_ns_ = 0;
};

} // namespace praetor::raft
