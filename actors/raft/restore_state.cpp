#include "actors/agent.hpp"
#include "storage/raft_log/log_store.hpp"
#include "storage/snapshot/snapshot_store.hpp"
#include "storage/state/records.hpp"

namespace praetor {

namespace {

constexpr std::size_t bytes_a_read = 1 << 20;

} // namespace

expected<raft::initial_state> restore_state(const ports& outside, published_state& view) {
  auto warn = [&](const std::string& text) { outside.log_lines->write(log_level::warn, "agent.server.raft", text); };
  auto newest = storage::open_newest(*outside.snapshots, warn);
  if (!newest) return tl::unexpected(newest.error());
  raft::initial_state found;
  std::optional<storage::log_position> position;
  if (*newest) {
    const auto& meta = (*newest)->meta();
    std::string bytes;
    for (;;) {
      auto part = (*newest)->read_at(bytes.size(), bytes_a_read);
      if (!part) return tl::unexpected(part.error());
      if (part->empty()) break;
      bytes += *part;
    }
    auto tables = state::read_state(bytes);
    if (!tables) return fail("snapshot " + meta.id + ": " + tables.error().text);
    tables->last_index = meta.index + tables->index_offset;
    view.state.replace(*tables);
    position = storage::log_position{meta.index, meta.term};
    found.snapshot = storage::to_raft(meta);
  }
  if (auto joined = storage::join_snapshot(*outside.log, position, warn); !joined)
    return tl::unexpected(joined.error());
  const auto& log = outside.log->opened();
  found.state = log.state;
  found.first_index = outside.log->first_index();
  found.last_index = outside.log->last_index();
  found.before_first_term = log.before_first_term;
  found.configurations = log.configurations;
  if (position && found.first_index == position->index + 1) found.before_first_term = position->term;
  return found;
}

} // namespace praetor
