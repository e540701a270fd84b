#pragma once

#include "actors/watches/watch.hpp"
#include "protocol/base/recent_map.hpp"

#include <array>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace praetor::api {

/// Keeps rendered answers until something they were made from changes. Bounded by bytes, least recently used go first.
/// Any thread.
class rendered_cache {
public:
  /// The kept evaluation, or null if there is none that still holds.
  evaluation_ptr find(std::string_view key);
  /// @param holds fires when the evaluation no longer does
  void insert(std::string_view key, evaluation_ptr value, std::shared_ptr<state::trigger> holds, std::size_t bytes);
  void clear();
  std::size_t size();

private:
  static constexpr std::size_t shards = 8, max_bytes_per_shard = (32 << 20) / shards;

  struct entry {
    evaluation_ptr value;
    std::shared_ptr<state::trigger> holds;
  };
  struct shard {
    std::mutex mutex;
    recent_map<entry> kept{max_bytes_per_shard};
  };
  shard& shard_of(std::string_view key) { return shards_[std::hash<std::string_view>{}(key) % shards]; }

  std::array<shard, shards> shards_;
};

} // namespace praetor::api
