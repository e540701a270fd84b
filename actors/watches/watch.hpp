#pragma once

#include "actors/raft/leadership.hpp"
#include "protocol/types/error.hpp"
#include "storage/state/watch.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace praetor {

/// The result of a query at one moment, rendered once for all callers with the same query.
struct evaluation {
  std::uint64_t index = 0;
  bool not_found = false;    ///< the requested object does not exist: waiting continues across unrelated changes
  std::uint64_t history = 0; ///< changes when the whole state is replaced, which completes all waiters
  std::string hash;          ///< of the result, for queries that block on a hash
  std::shared_ptr<const void> rendered; ///< the query's own form, from which it renders answers
};
using evaluation_ptr = std::shared_ptr<const evaluation>;

/// A repeatable query on the state. Thread-safe.
class watched_query {
public:
  virtual ~watched_query() = default;
  /// Equal keys mean equal queries: parameters and the caller's permissions.
  virtual const std::string& key() const = 0;
  /// Evaluates the query on the current state and gathers the watch cells that the answer depends on.
  virtual evaluation_ptr evaluate(state::watch_set& touched) const = 0;
};
using watched_query_ptr = std::shared_ptr<const watched_query>;

/// A connection that waits for a query's answer to change.
struct watch_request {
  watched_query_ptr query;
  std::uint64_t min_index = 0; ///< wait until the index is greater
  bool by_hash = false;        ///< instead wait until the hash differs from `known_hash`
  std::string known_hash;
  std::uint64_t history = 0; ///< of the evaluation that the caller saw before it decided to wait
  steady_time deadline;
  /// Called once: with the newest evaluation, or null if this agent may no longer answer (retry).
  std::function<void(const evaluation_ptr&)> done;

  bool was_not_found = false; ///< set by the subscriber

  bool satisfied_by(const evaluation& e) const {
    if (e.history != history) return true;
    return by_hash ? e.hash != known_hash : e.index > min_index;
  }
};
using watch_request_ptr = std::shared_ptr<watch_request>;

} // namespace praetor
