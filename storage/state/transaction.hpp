#pragma once

#include "protocol/types/commands.hpp"
#include "storage/state/apply_result.hpp"
#include "storage/state/store.hpp"

namespace praetor::state {

/// The changes from one store to the next. Used by one thread; invisible before it is published.
class transaction {
public:
  explicit transaction(store_ptr base) : base_(std::move(base)), tables_(base_->tables()) {}
  transaction(transaction&&) = default;
  transaction& operator=(transaction&&) = default;

  const store_ptr& base() const { return base_; }
  struct tables& tables() {
    return tables_;
  }
  const struct tables& tables() const { return tables_; }
  retired_parts& retired() { return retired_; }

  /// Records each change for the change feed. Call before the first change only.
  void record_changes() { recording_ = true; }
  /// Where changes are recorded; null: nowhere.
  change_list* changes() { return recording_ ? &changes_ : nullptr; }

  /// A point to roll back to. While one exists, each change copies its path again, so take one only where a command can
  /// fail after its first change.
  struct savepoint {
    struct tables tables;
    std::size_t retired, changes;
  };
  savepoint save() const { return {tables_, retired_.size(), changes_.size()}; }
  void roll_back(savepoint&& s) {
    PRAETOR_ASSERT(s.retired <= retired_.size() && s.changes <= changes_.size()); // it must belong to this transaction
    tables_ = std::move(s.tables);
    retired_.truncate(s.retired);
    changes_.resize(s.changes);
  }

  /// Replaces the whole state: publishing it starts a new history.
  void replace(struct tables next) {
    tables_ = std::move(next);
    replaced_ = true;
  }
  bool replaced() const { return replaced_; }

private:
  bool replaced_ = false, recording_ = false;
  store_ptr base_; // keeps everything published alive, so that only this transaction's nodes have a single reference
  struct tables tables_;
  retired_parts retired_;
  change_list changes_;
};

/// Applies an entry without a command.
void pass(transaction& t, std::uint64_t index);

/// Applies one log entry. Depends only on the entry and the state, so that all servers agree; a command that fails
/// changes nothing.
/// @param index of the entry
/// @param time the leader's timestamp of the entry, since 1970
/// @param payload MessagePack of the command's struct (protocol/types/commands.hpp)
apply_result apply(transaction& t, std::uint64_t index, nanoseconds time, command_type type, std::string_view payload);

} // namespace praetor::state
