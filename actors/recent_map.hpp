#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace praetor {

/// Values by key, at most so many: those that were used least recently go first. One thread at a time.
template <class V>
class recent_map {
public:
  explicit recent_map(std::size_t most) : most_(most) {}

  /// The value, or null. It counts as used.
  V* find(std::string_view key) {
    auto found = index_.find(key);
    if (found == index_.end()) return nullptr;
    recent_.splice(recent_.begin(), recent_, found->second);
    return &found->second->second;
  }
  V& insert(std::string_view key, V value) {
    erase(key);
    recent_.emplace_front(std::string(key), std::move(value));
    index_.emplace(recent_.front().first, recent_.begin());
    if (recent_.size() > most_) {
      index_.erase(recent_.back().first);
      recent_.pop_back();
    }
    return recent_.front().second;
  }
  void erase(std::string_view key) {
    auto found = index_.find(key);
    if (found == index_.end()) return;
    auto entry = found->second;
    index_.erase(found);
    recent_.erase(entry);
  }
  void clear() {
    index_.clear();
    recent_.clear();
  }
  std::size_t size() const { return recent_.size(); }

private:
  std::size_t most_;
  std::list<std::pair<std::string, V>> recent_; ///< most recently used first
  std::unordered_map<std::string_view, typename std::list<std::pair<std::string, V>>::iterator> index_;
};

} // namespace praetor
