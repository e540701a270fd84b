#pragma once

#include "actors/raft/leadership.hpp"
#include "protocol/types/error.hpp"
#include "storage/state/watch.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace praetor {

/// What a query gave at one moment, rendered once for everyone who asked the same.
struct evaluation {
  std::uint64_t index = 0;
  bool not_found = false;    ///< the thing asked for does not exist: waiting goes on across unrelated changes
  std::uint64_t history = 0; ///< changes when the state is replaced as a whole: everybody who waits is answered
  std::string hash;          ///< of the result, for queries that wait for another hash
  std::shared_ptr<const void> rendered; ///< what the query's owner makes answers from
};
using evaluation_ptr = std::shared_ptr<const evaluation>;

/// A question about the state that can be asked again and again, from any thread.
class watched_query {
public:
  virtual ~watched_query() = default;
  /// Same key, same question: parameters and the caller's permissions.
  virtual const std::string& key() const = 0;
  /// Answers from the current state, and gathers what the answer depends on.
  virtual evaluation_ptr evaluate(state::watch_set& touched) const = 0;
};
using watched_query_ptr = std::shared_ptr<const watched_query>;

/// One connection that waits for a query's answer to change.
struct watch_request {
  watched_query_ptr query;
  std::uint64_t min_index = 0; ///< wait until the index is greater
  bool by_hash = false;        ///< instead wait until the hash is another than `known_hash`
  std::string known_hash;
  std::uint64_t history = 0; ///< of the evaluation the caller saw before it decided to wait
  steady_time deadline;
  /// Called once: with the newest evaluation, or null if this agent may no longer answer (ask again).
  std::function<void(const evaluation_ptr&)> done;

  bool was_not_found = false; ///< the subscriber's note

  bool satisfied_by(const evaluation& e) const {
    if (e.history != history) return true;
    return by_hash ? e.hash != known_hash : e.index > min_index;
  }
};
using watch_request_ptr = std::shared_ptr<watch_request>;

} // namespace praetor
