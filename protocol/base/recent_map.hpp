#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace praetor {

/// An LRU cache, bounded by number or by total cost. Not thread-safe.
template <class V>
class recent_map {
public:
  /// @param most the maximal total cost
  explicit recent_map(std::size_t most) : most_(most) {}

  /// The value, or null. Marks it as used. Valid until it is erased or replaced.
  V* find(std::string_view key) {
    auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    recent_.splice(recent_.begin(), recent_, found->second);
    return &found->second->value;
  }
  /// Never evicts the value just inserted, whatever it costs.
  V& insert(std::string_view key, V value, std::size_t cost = 1) {
    erase(key);
    recent_.push_front({std::string(key), std::move(value), cost});
    index_.emplace(recent_.front().key, recent_.begin());
    total_ += cost;
    while (total_ > most_ && recent_.size() > 1) erase(recent_.back().key);
    return recent_.front().value;
  }
  void erase(std::string_view key) {
    auto found = index_.find(key);
    if (found == index_.end()) return;
    auto gone = found->second;
    total_ -= gone->cost;
    index_.erase(found); // before the list owns the key that the index views
    recent_.erase(gone);
  }
  void clear() {
    index_.clear();
    recent_.clear();
    total_ = 0;
  }
  std::size_t size() const { return recent_.size(); }

private:
  struct entry {
    std::string key;
    V value;
    std::size_t cost;
  };

  std::size_t most_, total_ = 0;
  std::list<entry> recent_; ///< most recently used first
  std::unordered_map<std::string_view, typename std::list<entry>::iterator> index_;
};

} // namespace praetor
