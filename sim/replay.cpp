#include "sim/replay.hpp"

#include "storage/state/records.hpp"
#include "storage/state/transaction.hpp"

#include <algorithm>
#include <cstdio>
#include <set>

namespace praetor::sim {

namespace {

/// The oldest snapshot on the disk that the log continues, or an empty state. (A snapshot from the leader leaves an
/// older one behind, which the log does not continue.)
expected<void> load_oldest_snapshot(disk& from, state::publication& into) {
  auto list = from.snapshots().list();
  if (!list) return tl::unexpected(list.error());
  auto first = from.log().first_index();
  auto oldest = std::find_if(list->rbegin(), list->rend(), [&](const auto& meta) { return meta.index + 1 >= first; });
  if (oldest == list->rend()) return {};
  auto source = from.snapshots().open(oldest->id);
  if (!source) return tl::unexpected(source.error());
  auto bytes = (*source)->read_at(0, static_cast<std::size_t>((*source)->meta().size));
  if (!bytes) return tl::unexpected(bytes.error());
  auto tables = state::read_state(*bytes);
  if (!tables) return tl::unexpected(tables.error());
  tables->last_index = (*source)->meta().index + tables->index_offset;
  into.replace(*tables);
  return {};
}

} // namespace

std::string state_hashes::note(std::uint64_t index, std::uint64_t hash) {
  auto [it, fresh] = hashes_.emplace(index, hash);
  if (fresh || it->second == hash) return {};
  char text[128];
  std::snprintf(text, sizeof text, "the state at index %llu had the hash %016llx and now has %016llx",
                static_cast<unsigned long long>(index), static_cast<unsigned long long>(it->second),
                static_cast<unsigned long long>(hash));
  return text;
}

std::vector<std::string> replay(disk& from, std::uint64_t through, state_hashes& hashes) {
  std::vector<std::string> wrong;
  state::publication published;
  if (auto loaded = load_oldest_snapshot(from, published); !loaded) return {"replay: " + loaded.error().text};
  auto& log = from.log();
  auto next = published.load()->log_index() + 1;
  if (log.first_index() > next) return {"replay: entries are missing between snapshot and log"};
  if (log.last_index() < through)
    return {"the log ends at " + std::to_string(log.last_index()) + ", but " + std::to_string(through) +
            " was applied"};
  auto compare = [&](std::uint64_t index) {
    if (!hashes.all().contains(index)) return;
    if (auto odd = hashes.note(index, state::content_hash(*published.load())); !odd.empty())
      wrong.push_back("replay: " + odd);
  };
  if (next > 1) compare(next - 1);
  for (const auto& entry : log.entries(next, through, SIZE_MAX)) {
    state::transaction t(published.load());
    if (entry->kind == raft::entry_kind::command && !entry->data.empty())
      (void)state::apply(t, entry->index, nanoseconds{entry->time_ns},
                         static_cast<command_type>(static_cast<std::uint8_t>(entry->data[0])),
                         std::string_view(entry->data).substr(1));
    state::pass(t, entry->index);
    published.publish(std::move(t));
    compare(entry->index);
  }
  return wrong;
}

} // namespace praetor::sim
