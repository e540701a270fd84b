#include "frontends/api/rendered_cache.hpp"

namespace praetor::api {

namespace {

constexpr std::size_t overhead = 256; // bytes of an entry besides its key and body

} // namespace

evaluation_ptr rendered_cache::find(std::string_view key) {
  auto& s = shard_of(key);
  std::lock_guard lock(s.mutex);
  auto* found = s.entries.find(key);
  if (!found) return nullptr;
  if (!found->validity->fired()) return found->value;
  s.entries.erase(key);
  return nullptr;
}

void rendered_cache::insert(std::string_view key, evaluation_ptr value, std::shared_ptr<state::trigger> validity,
                            std::size_t bytes) {
  bytes += key.size() + overhead;
  auto& s = shard_of(key);
  if (bytes > max_bytes_per_shard) return;
  std::lock_guard lock(s.mutex);
  s.entries.insert(key, {std::move(value), std::move(validity)}, bytes);
}

void rendered_cache::clear() {
  for (auto& s : shards_) {
    std::lock_guard lock(s.mutex);
    s.entries.clear();
  }
}

std::size_t rendered_cache::size() {
  std::size_t total = 0;
  for (auto& s : shards_) {
    std::lock_guard lock(s.mutex);
    total += s.entries.size();
  }
  return total;
}

} // namespace praetor::api
