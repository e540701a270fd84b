#pragma once

#include <array>
#include <mutex>
#include <sched.h>

namespace praetor::metrics {

/// Parts of a sum. Threads on different processors write to different parts, so that they rarely contend.
template <class T>
class shards {
public:
  /// Calls `write` with the part of the caller's current processor, which affects contention only.
  template <class Write>
  void write(Write&& write) {
    auto& s = shards_[static_cast<unsigned>(::sched_getcpu()) % shards_.size()];
    std::lock_guard lock(s.guard);
    write(s.value);
  }
  /// Calls `visit` with each part.
  template <class Visit>
  void for_each(Visit&& visit) {
    for (auto& s : shards_) {
      std::lock_guard lock(s.guard);
      visit(s.value);
    }
  }

private:
  struct alignas(64) shard {
    std::mutex guard;
    T value;
  };
  std::array<shard, 4> shards_;
};

} // namespace praetor::metrics
