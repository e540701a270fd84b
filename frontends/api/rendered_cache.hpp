#pragma once

#include "actors/watches/watch.hpp"
#include "protocol/base/recent_map.hpp"

#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace praetor::api {

/// An LRU cache of rendered answers, bounded by bytes. An answer is valid until the state it was made from changes.
/// Thread-safe.
class rendered_cache {
public:
  /// The cached evaluation, or null if there is no valid one.
  evaluation_ptr find(std::string_view key);
  /// @param validity fires when the evaluation becomes invalid
  void insert(std::string_view key, evaluation_ptr value, std::shared_ptr<state::trigger> validity, std::size_t bytes);
  void clear();
  std::size_t size();

private:
  static constexpr std::size_t shards = 8, max_bytes_per_shard = (32 << 20) / shards;

  struct entry {
    evaluation_ptr value;
    std::shared_ptr<state::trigger> validity;
  };
  struct shard {
    std::mutex mutex;
    recent_map<entry> entries{max_bytes_per_shard};
  };
  shard& shard_of(std::string_view key) { return shards_[std::hash<std::string_view>{}(key) % shards]; }

  std::array<shard, shards> shards_;
};

} // namespace praetor::api
