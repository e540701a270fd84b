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
  change_list changes; ///< in the order of the writes; a record may be there several times
  /// The list does not say it all, so that everything has to be read again: another state took the place of everything,
  /// or the transaction began before there was a reader.
  bool incomplete = false;
};

/// Hands the changes of the tables to its readers, one publication after the other. Tables without records (index
/// table, tombstones, names by kind) have no changes. Without readers nothing is recorded.
class change_feed {
public:
  using reader = std::function<void(const published_changes&)>;

  /// Any thread. @param each called in the thread that publishes, after the watchers were woken; it must not block, and
  /// it may still be running while the subscription is dropped
  /// @returns the subscription: dropping it ends it
  [[nodiscard]] std::shared_ptr<const reader> follow(reader each);
  bool followed() const noexcept { return count_.load(std::memory_order_acquire) != 0; }
  /// For the thread that publishes.
  void publish(const published_changes& changes);

private:
  std::vector<std::shared_ptr<const reader>> current_readers();

  std::mutex guard_;
  std::vector<std::weak_ptr<const reader>> readers_; // guarded by guard_
  std::atomic<std::size_t> count_{0};                // of readers_
};

} // namespace praetor::state
