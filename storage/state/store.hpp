#pragma once

#include "storage/state/change_feed.hpp"
#include "storage/state/tables.hpp"

#include <atomic>
#include <memory>

namespace praetor::state {

class transaction;

/// The whole replicated state at one moment: immutable, readable by any thread without locks (queries_*.hpp), alive as
/// long as someone holds it.
class store {
public:
  store() = default;
  /// @param abandon fires when this store's history ends.
  store(struct tables t, watch_cell_ptr abandon, std::uint64_t history)
      : tables_(std::move(t)), abandon_(std::move(abandon)), history_(history) {}

  const struct tables& tables() const { return tables_; }
  /// The index of the newest change, as clients see it.
  std::uint64_t last_index() const { return tables_.last_index; }
  /// The index of the newest Raft entry in this state.
  std::uint64_t log_index() const { return tables_.last_index - tables_.index_offset; }

  /// Fires when the whole state is replaced. Every query gathers it.
  const watch_cell_ptr& abandon_cell() const { return abandon_; }
  /// Changes (in this process) whenever the whole state is replaced: indexes of different histories are not comparable.
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

  /// A transaction on the newest store; records its changes if the feed has readers.
  transaction begin() const;

  /// Publishes the result of a transaction on the newest store, then wakes the watchers of the replaced parts. The
  /// transaction must have started from `load()`; only one thread publishes.
  store_ptr publish(transaction&& t);
  /// Replaces the whole state (by a restored or installed snapshot): starts a new history and wakes all waiters on the
  /// old one.
  store_ptr replace(const struct tables& t);

  /// Delivers the changes of future publications.
  change_feed& feed() { return feed_; }

private:
  struct slot;
  void exchange(store_ptr next);
  // The slot's address in the lower 48 bits; above them the number of readers that are copying it.
  mutable std::atomic<std::uint64_t> word_;
  change_feed feed_;
};

} // namespace praetor::state
