#include "storage/state/watch.hpp"

#include "protocol/mutation.hpp"

#include <algorithm>

namespace praetor::state {

void trigger::fire() {
  if (fired_.exchange(true, std::memory_order_acq_rel)) return;
  if (on_fire_) on_fire_();
}

void watch_cell::fire() {
  std::vector<std::weak_ptr<trigger>> waiting;
  {
    std::lock_guard lock(mutex_);
    if (fired_.exchange(true, std::memory_order_acq_rel)) return;
    waiting.swap(subscribers_);
  }
  if (mutated(mutation::lost_wake_up) && waiting.size() > 1) waiting.pop_back();
  for (auto& weak : waiting)
    if (auto t = weak.lock()) t->fire();
}

bool watch_cell::subscribe(const std::shared_ptr<trigger>& t) {
  // Declared before the lock: releases the last references to other triggers, and with them their callbacks, after it.
  std::vector<std::shared_ptr<trigger>> held;
  std::lock_guard lock(mutex_);
  if (fired()) return true;
  if (subscribers_.size() >= prune_at_) {
    // A trigger that was fired through another cell counts as expired.
    std::erase_if(subscribers_, [&held](const std::weak_ptr<trigger>& weak) {
      auto other = weak.lock();
      if (!other) return true;
      auto spent = other->fired();
      held.push_back(std::move(other));
      return spent;
    });
    prune_at_ = std::max<std::size_t>(8, 2 * subscribers_.size());
    if (subscribers_.capacity() > 4 * prune_at_) subscribers_.shrink_to_fit();
  }
  subscribers_.push_back(t);
  return false;
}

std::size_t watch_cell::subscriber_count() const {
  std::lock_guard lock(mutex_);
  return subscribers_.size();
}

watch_slot::~watch_slot() { watch_cell_ptr::release(pointer(word_.load(std::memory_order_acquire))); }

watch_cell_ptr watch_slot::cell() const {
  auto word = word_.load(std::memory_order_acquire);
  while (word == 0) {
    auto fresh = watch_cell_ptr::make();
    if (word_.compare_exchange_weak(word, reinterpret_cast<std::uintptr_t>(fresh.get()), std::memory_order_acq_rel,
                                    std::memory_order_acquire)) {
      watch_cell_ptr::retain(fresh.get()); // the slot's own reference
      return fresh;
    }
  }
  return (word & closed_bit) != 0 ? watch_cell_ptr{} : watch_cell_ptr(pointer(word));
}

void watch_slot::close() noexcept {
  auto word = word_.fetch_or(closed_bit, std::memory_order_acq_rel);
  if ((word & closed_bit) == 0 && word != 0) pointer(word)->fire();
}

void watch_set::add(const watch_slot& slot) {
  auto cell = slot.cell();
  if (cell)
    add(std::move(cell));
  else
    stale_ = true;
}

void watch_set::add(watch_cell_ptr cell) {
  constexpr std::size_t linear = 16;
  if (cells_.size() < linear) {
    if (std::find(cells_.begin(), cells_.end(), cell) != cells_.end()) return;
  } else {
    if (known_.empty())
      for (auto& c : cells_) known_.insert(c.get());
    if (!known_.insert(cell.get()).second) return;
  }
  cells_.push_back(std::move(cell));
}

bool watch_set::fired() const {
  return stale_ || std::any_of(cells_.begin(), cells_.end(), [](auto& c) { return c->fired(); });
}

bool watch_set::subscribe(const std::shared_ptr<trigger>& t) const {
  if (stale_) return true;
  for (auto& c : cells_)
    if (c->subscribe(t)) return true;
  return false;
}

void watch_set::clear() {
  cells_.clear();
  known_.clear();
  stale_ = false;
}

} // namespace praetor::state
