#include "frontends/endpoints/rendered_cache.hpp"

namespace praetor::endpoints {

namespace {

constexpr std::size_t overhead = 256; // of an entry beside its key and body

} // namespace

void rendered_cache::erase(shard& s, std::list<entry>::iterator it) {
  s.bytes -= it->bytes;
  s.index.erase(it->key);
  s.recent.erase(it);
}

evaluation_ptr rendered_cache::find(std::string_view key) {
  auto& s = shard_of(key);
  std::lock_guard lock(s.mutex);
  auto found = s.index.find(key);
  if (found == s.index.end()) return nullptr;
  auto it = found->second;
  if (it->holds->fired()) {
    erase(s, it);
    return nullptr;
  }
  s.recent.splice(s.recent.begin(), s.recent, it);
  return it->value;
}

void rendered_cache::insert(std::string key, evaluation_ptr value, std::shared_ptr<state::trigger> holds,
                            std::size_t bytes) {
  bytes += key.size() + overhead;
  auto& s = shard_of(key);
  if (bytes > max_bytes_per_shard_) return;
  std::lock_guard lock(s.mutex);
  if (auto found = s.index.find(key); found != s.index.end()) erase(s, found->second);
  s.recent.push_front({std::move(key), std::move(value), std::move(holds), bytes});
  s.index.emplace(s.recent.front().key, s.recent.begin());
  s.bytes += bytes;
  while (s.bytes > max_bytes_per_shard_) erase(s, std::prev(s.recent.end()));
}

void rendered_cache::clear() {
  for (auto& s : shards_) {
    std::lock_guard lock(s.mutex);
    s.index.clear();
    s.recent.clear();
    s.bytes = 0;
  }
}

std::size_t rendered_cache::size() {
  std::size_t total = 0;
  for (auto& s : shards_) {
    std::lock_guard lock(s.mutex);
    total += s.recent.size();
  }
  return total;
}

} // namespace praetor::endpoints
