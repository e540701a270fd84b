#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <unordered_set>
#include <utility>
#include <vector>

namespace praetor::state {

/// Fires once. A waiter owns one and passes it to `watch_set::subscribe`. It may be destroyed at any time, on any
/// thread, because cells hold only weak references.
class trigger {
public:
  trigger() = default;
  /// @param on_fire called once, on the publishing thread, without any lock of this module held. It must not block, and
  ///   may still run on another thread while its trigger is being destroyed.
  explicit trigger(std::function<void()> on_fire) : on_fire_(std::move(on_fire)) {}
  trigger(const trigger&) = delete;
  trigger& operator=(const trigger&) = delete;

  bool fired() const noexcept { return fired_.load(std::memory_order_acquire); }
  /// Idempotent.
  void fire();

private:
  std::atomic<bool> fired_{false};
  std::function<void()> on_fire_;
};

/// Represents one part of the tree (a subtree or a value); fires once, when that part has been replaced.
class watch_cell {
public:
  watch_cell() = default;
  watch_cell(const watch_cell&) = delete;
  watch_cell& operator=(const watch_cell&) = delete;

  bool fired() const noexcept { return fired_.load(std::memory_order_acquire); }
  /// Wakes all subscribers; idempotent.
  void fire();
  /// @returns true if the cell has fired already (then `t` is not subscribed).
  bool subscribe(const std::shared_ptr<trigger>& t);
  /// The number of weak references held, including expired ones (for tests and metrics).
  std::size_t subscriber_count() const;

private:
  friend class watch_cell_ptr;
  std::atomic<std::uint32_t> references_{0};
  std::atomic<bool> fired_{false};
  mutable std::mutex mutex_;
  std::vector<std::weak_ptr<trigger>> subscribers_; // guarded by mutex_
  std::size_t prune_at_ = 8;                        // guarded by mutex_
};

/// Counted reference to a cell.
class watch_cell_ptr {
public:
  watch_cell_ptr() = default;
  explicit watch_cell_ptr(watch_cell* cell) noexcept : cell_(cell) { retain(cell_); }
  watch_cell_ptr(const watch_cell_ptr& other) noexcept : watch_cell_ptr(other.cell_) {}
  watch_cell_ptr(watch_cell_ptr&& other) noexcept : cell_(std::exchange(other.cell_, nullptr)) {}
  watch_cell_ptr& operator=(watch_cell_ptr other) noexcept {
    std::swap(cell_, other.cell_);
    return *this;
  }
  ~watch_cell_ptr() { release(cell_); }
  static watch_cell_ptr make() { return watch_cell_ptr(new watch_cell); }

  watch_cell* get() const noexcept { return cell_; }
  watch_cell* operator->() const noexcept { return cell_; }
  watch_cell& operator*() const noexcept { return *cell_; }
  explicit operator bool() const noexcept { return cell_ != nullptr; }
  bool operator==(const watch_cell_ptr&) const = default;

  static void retain(watch_cell* cell) noexcept {
    if (cell) cell->references_.fetch_add(1, std::memory_order_relaxed);
  }
  static void release(watch_cell* cell) noexcept {
    if (cell && cell->references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete cell;
  }

private:
  watch_cell* cell_ = nullptr;
};

/// Holds the cell of a tree node or leaf. The first watcher creates the cell; when the part is replaced the slot is
/// closed, so that a reader of an old snapshot learns at once that it is outdated.
class watch_slot {
public:
  watch_slot() = default;
  watch_slot(const watch_slot&) = delete;
  watch_slot& operator=(const watch_slot&) = delete;
  ~watch_slot();

  /// The cell, created on demand; null if the part has been replaced.
  watch_cell_ptr cell() const;
  /// Closes the slot and fires its cell, if any. Called after the new root was published: a reader that finds the slot
  /// closed will find the newer store.
  void close() noexcept;
  bool closed() const noexcept { return (word_.load(std::memory_order_acquire) & closed_bit) != 0; }

private:
  static constexpr std::uintptr_t closed_bit = 1;
  static watch_cell* pointer(std::uintptr_t word) noexcept { return reinterpret_cast<watch_cell*>(word & ~closed_bit); }
  // The cell's address (holding one reference until the destructor), or 0; the lowest bit means closed.
  mutable std::atomic<std::uintptr_t> word_{0};
};

/// The parts of the state that a query has read. A blocking query and a cached rendered answer use it alike: both end
/// when one of the cells fires.
class watch_set {
public:
  /// Above this many cells a query watches coarser parts.
  static constexpr std::size_t limit = 8192;

  watch_set() = default;
  watch_set(watch_set&&) = default;
  watch_set& operator=(watch_set&&) = default;

  void add(const watch_slot& slot);
  /// Adds `fine` while the set is below its limit, otherwise `coarse`.
  void add(const watch_slot& fine, const watch_slot& coarse) { add(full() ? coarse : fine); }
  void add(watch_cell_ptr cell);

  /// Whether anything that was read has been replaced since.
  bool fired() const;
  /// Subscribes `t` to every cell. @returns true if one has already fired: the caller must read again and must not
  /// wait; `t` is not fired for that cell (but another may fire it).
  bool subscribe(const std::shared_ptr<trigger>& t) const;

  std::size_t size() const noexcept { return cells_.size(); }
  bool empty() const noexcept { return cells_.empty() && !stale_; }
  bool full() const noexcept { return cells_.size() >= limit; }
  void clear();

private:
  std::vector<watch_cell_ptr> cells_;
  std::unordered_set<const watch_cell*> known_; // only used once cells_ is too large for a linear search
  bool stale_ = false;                          // a closed slot was read
};

} // namespace praetor::state
