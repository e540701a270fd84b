#pragma once

#include "storage/state/change_feed.hpp"
#include "storage/state/tables.hpp"

#include <atomic>
#include <memory>

namespace praetor::state {

class transaction;

/// The whole replicated state at one moment: immutable, read by any thread without locks (queries_*.hpp), kept alive by
/// whoever holds it.
class store {
public:
  store() = default;
  /// @param abandon fires when the history that this store belongs to ends.
  store(struct tables t, watch_cell_ptr abandon, std::uint64_t history)
      : tables_(std::move(t)), abandon_(std::move(abandon)), history_(history) {}

  const struct tables& tables() const { return tables_; }
  /// Index of the newest change, as clients see it.
  std::uint64_t last_index() const { return tables_.last_index; }
  /// Index of the newest Raft entry that is part of this state.
  std::uint64_t log_index() const { return tables_.last_index - tables_.index_offset; }

  /// Fires when the state is replaced as a whole. Every query gathers it.
  const watch_cell_ptr& abandon_cell() const { return abandon_; }
  /// Changes (in this process) whenever the state was replaced as a whole: indexes of different histories are not
  /// comparable.
  std::uint64_t history() const { return history_; }

private:
  struct tables tables_;
  watch_cell_ptr abandon_ = watch_cell_ptr::make();
  std::uint64_t history_ = 1;
};
using store_ptr = std::shared_ptr<const store>;

/// The newest store: one thread publishes, any thread reads, without locks.
class publication {
public:
  explicit publication(store_ptr first = std::make_shared<const store>());
  ~publication();
  publication(const publication&) = delete;
  publication& operator=(const publication&) = delete;

  /// The newest store, never null.
  store_ptr load() const;

  /// A transaction on the newest store, which records its changes if the feed has readers.
  transaction begin() const;

  /// Publishes what a transaction has made of the newest store, then wakes whoever watched a part that it replaced.
  /// The transaction must have started from `load()`, and one thread publishes.
  store_ptr publish(transaction&& t);
  /// Publishes another state in place of everything (a restored or installed snapshot): a new history begins, and all
  /// who wait on the old one wake.
  store_ptr replace(const struct tables& t);

  /// The changes of what is published from now on.
  change_feed& feed() { return feed_; }

private:
  struct slot;
  void exchange(store_ptr next);
  // Address of the slot in the lower 48 bits; above them the number of readers who are just copying from it.
  mutable std::atomic<std::uint64_t> word_;
  change_feed feed_;
};

} // namespace praetor::state
