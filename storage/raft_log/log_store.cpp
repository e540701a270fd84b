#include "storage/raft_log/log_store.hpp"

namespace praetor::storage {

std::vector<raft::entry_ptr> log_store::entries(raft::index_t from, raft::index_t last, std::size_t max_bytes) const {
  auto found = read(from, last, max_bytes);
  return found ? std::move(*found) : std::vector<raft::entry_ptr>{};
}

namespace {

std::string gap_text(raft::index_t first, const std::optional<log_position>& snapshot) {
  auto covered = snapshot ? "the newest sound snapshot ends at " + std::to_string(snapshot->index)
                          : std::string("there is no snapshot");
  auto missing_from = (snapshot ? snapshot->index : 0) + 1;
  return "the Raft log begins at entry " + std::to_string(first) + " but " + covered + ": entries " +
         std::to_string(missing_from) + " to " + std::to_string(first - 1) +
         " are missing. Restore the raft directory from a backup, or move it away to let this server start empty";
}

} // namespace

expected<void> join_snapshot(log_store& log, const std::optional<log_position>& snapshot,
                             const warning_callback& warn) {
  auto before = log.first_index() - 1;
  if (before > (snapshot ? snapshot->index : 0)) return fail(gap_text(log.first_index(), snapshot));
  if (!snapshot) return {};
  bool short_of_it = log.last_index() < snapshot->index;
  auto term = log.term(snapshot->index);
  if (!short_of_it && term && (*term == snapshot->term || *term == 0)) return {};
  if (warn && log.last_index() >= log.first_index())
    warn("the Raft log (entries " + std::to_string(log.first_index()) + " to " + std::to_string(log.last_index()) +
         ") is replaced by the newest snapshot, which ends at entry " + std::to_string(snapshot->index));
  log_batch batch;
  batch.reset = *snapshot;
  if (auto written = log.write(batch); !written) return written;
  return log.sync();
}

} // namespace praetor::storage
