#pragma once

#include "storage/state/change.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>

namespace praetor::state {

class store;

/// The changes of one publication.
struct published_changes {
  std::shared_ptr<const store> before, after;
  change_list changes; ///< in the order of the writes; a record may appear several times
  /// The list is incomplete, so readers must read everything again: the whole state was replaced, or the transaction
  /// began before there was a reader.
  bool incomplete = false;
};

/// Delivers the changes of the tables to its readers, one publication after the other. Data without records (index
/// table, tombstones, names by kind) has no changes. Without readers nothing is recorded.
class change_feed {
public:
  using reader = std::function<void(const published_changes&)>;

  /// Thread-safe. @param each called on the publishing thread, after watchers were woken; it must not block, and it may
  /// still run while the subscription is being destroyed
  /// @returns the subscription, which ends when it is destroyed
  [[nodiscard]] std::shared_ptr<const reader> follow(reader each);
  bool followed() const noexcept { return count_.load(std::memory_order_acquire) != 0; }
  /// For the publishing thread.
  void publish(const published_changes& changes);

private:
  std::vector<std::shared_ptr<const reader>> current_readers();

  std::mutex guard_;
  std::vector<std::weak_ptr<const reader>> readers_; // guarded by guard_
  std::atomic<std::size_t> count_{0};                // the number of readers
};

} // namespace praetor::state
