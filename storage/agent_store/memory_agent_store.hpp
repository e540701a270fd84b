#pragma once

#include "storage/agent_store/agent_store.hpp"

#include <map>
#include <memory>
#include <mutex>
#include <utility>

namespace praetor::storage {

/// A store that lives as long as the process: for -dev, and for the simulator, where `crash` leaves what a power loss
/// would.
class memory_agent_store final : public agent_store {
public:
  expected<void> write(agent_batch batch) override;
  expected<void> sync() override;
  expected<std::vector<agent_record>> load(agent_table table) const override;
  expected<std::optional<std::string>> get(agent_table table, std::string_view key) const override;

  /// Discards the writes since the last sync.
  void crash();
  /// Another store with the durable content of this one.
  std::shared_ptr<memory_agent_store> durable_copy() const;

private:
  using image = std::map<std::pair<agent_table, std::string>, std::string, std::less<>>;
  static void apply(image& to, const agent_change& change);

  mutable std::mutex guard_;
  image seen_, durable_;
  agent_batch unsynced_;
};

} // namespace praetor::storage
