#pragma once

#include "protocol/types/commands.hpp"
#include "storage/state/apply_result.hpp"
#include "storage/state/store.hpp"

namespace praetor::state {

/// Changes on the way from one store to the next. Used by one thread; nobody sees it before it is published.
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

  /// From now on each change is recorded for the change feed. Only before the first one.
  void record_changes() { recording_ = true; }
  /// Where changes go; null: nobody reads them.
  change_list* changes() { return recording_ ? &changes_ : nullptr; }

  /// A point to come back to. While one exists, each change copies its path again, so take one only where a command can
  /// fail after its first change.
  struct savepoint {
    struct tables tables;
    std::size_t retired, changes;
  };
  savepoint save() const { return {tables_, retired_.size(), changes_.size()}; }
  void roll_back(savepoint&& s) {
    PRAETOR_ASSERT(s.retired <= retired_.size() && s.changes <= changes_.size()); // it is of this transaction
    tables_ = std::move(s.tables);
    retired_.truncate(s.retired);
    changes_.resize(s.changes);
  }

  /// Another state takes the place of everything: publishing it begins a new history.
  void replace(struct tables next) {
    tables_ = std::move(next);
    replaced_ = true;
  }
  bool replaced() const { return replaced_; }

private:
  bool replaced_ = false, recording_ = false;
  store_ptr base_; // keeps all that is published alive, so that only nodes of our own have a single reference
  struct tables tables_;
  retired_parts retired_;
  change_list changes_;
};

/// Takes an entry without a command into account.
void pass(transaction& t, std::uint64_t index);

/// Applies one entry of the log. Reads nothing but the entry and the state, so that all servers agree; a command that
/// fails changes nothing.
/// @param index of the entry
/// @param time the stamp that the leader gave the entry, since 1970
/// @param payload MessagePack of the command's struct (protocol/types/commands.hpp)
apply_result apply(transaction& t, std::uint64_t index, nanoseconds time, command_type type, std::string_view payload);

} // namespace praetor::state
