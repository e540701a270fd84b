#pragma once

#include "actors/watch.hpp"

#include <array>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace praetor::endpoints {

/// Keeps rendered answers until something they were made from changes. Bounded by bytes, least recently used go first.
/// Any thread.
class rendered_cache {
public:
  explicit rendered_cache(std::size_t max_bytes = 32 << 20) : max_bytes_per_shard_(max_bytes / shards) {}

  /// The kept evaluation, or null if there is none that still holds.
  evaluation_ptr find(std::string_view key);
  /// @param holds fires when the evaluation no longer does
  void insert(std::string key, evaluation_ptr value, std::shared_ptr<state::trigger> holds, std::size_t bytes);
  void clear();
  std::size_t size();

private:
  static constexpr std::size_t shards = 8;

  struct entry {
    std::string key;
    evaluation_ptr value;
    std::shared_ptr<state::trigger> holds;
    std::size_t bytes;
  };
  struct shard {
    std::mutex mutex;
    std::list<entry> recent; ///< most recently used first
    std::unordered_map<std::string_view, std::list<entry>::iterator> index;
    std::size_t bytes = 0;
  };
  shard& shard_of(std::string_view key) { return shards_[std::hash<std::string_view>{}(key) % shards]; }
  static void erase(shard& s, std::list<entry>::iterator it);

  std::size_t max_bytes_per_shard_;
  std::array<shard, shards> shards_;
};

} // namespace praetor::endpoints
