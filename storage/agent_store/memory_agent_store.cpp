#include "storage/agent_store/memory_agent_store.hpp"

#include <iterator>

namespace praetor::storage {

void memory_agent_store::apply(image& to, const agent_change& change) {
  std::pair key{change.table, change.key};
  if (change.value)
    to.insert_or_assign(std::move(key), *change.value);
  else
    to.erase(key);
}

expected<void> memory_agent_store::write(agent_batch batch) {
  std::lock_guard lock(guard_);
  for (auto& change : batch) apply(seen_, change);
  unsynced_.insert(unsynced_.end(), std::move_iterator(batch.begin()), std::move_iterator(batch.end()));
  return {};
}

expected<void> memory_agent_store::sync() {
  std::lock_guard lock(guard_);
  for (auto& change : unsynced_) apply(durable_, change);
  unsynced_.clear();
  return {};
}

expected<std::vector<agent_record>> memory_agent_store::load(agent_table table) const {
  std::lock_guard lock(guard_);
  std::vector<agent_record> result;
  for (auto i = seen_.lower_bound(std::pair{table, std::string{}}); i != seen_.end() && i->first.first == table; ++i)
    result.push_back({i->first.second, i->second});
  return result;
}

expected<std::optional<std::string>> memory_agent_store::get(agent_table table, std::string_view key) const {
  std::lock_guard lock(guard_);
  auto found = seen_.find(std::pair{table, std::string(key)});
  if (found == seen_.end()) return std::nullopt;
  return found->second;
}

void memory_agent_store::crash() {
  std::lock_guard lock(guard_);
  unsynced_.clear();
  seen_ = durable_;
}

std::shared_ptr<memory_agent_store> memory_agent_store::durable_copy() const {
  auto out = std::make_shared<memory_agent_store>();
  std::lock_guard lock(guard_);
  out->seen_ = out->durable_ = durable_;
  return out;
}

} // namespace praetor::storage
