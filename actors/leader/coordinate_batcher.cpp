#include "actors/leader/coordinate_batcher.hpp"
#include "storage/state/command.hpp"

namespace praetor {

void coordinate_batcher_state::gather(node_coordinate_ptr entry) {
  // An invalid coordinate would make the log reject its whole batch.
  if (!encode_command(command_type::coordinate_batch, coordinate_batch{entry})) {
    ++discarded;
    return;
  }
  std::pair key{entry->node, entry->segment};
  if (auto it = waiting.find(key); it != waiting.end())
    it->second = std::move(entry);
  else if (waiting.size() < limits.batch_size * limits.most_batches)
    waiting.emplace(std::move(key), std::move(entry));
  else
    ++discarded;
}

void coordinate_batcher_state::write() {
  self->delayed_send(self, limits.period, wake_atom_v);
  if (discarded > 0)
    outside->log_lines->write(log_level::warn, "agent.server.coordinate", "Discarded coordinate updates",
                              {{"number_discarded", std::exchange(discarded, 0)}});
  coordinate_batch batch;
  auto flush = [&] {
    if (!batch.empty()) writes.propose(encode_command(command_type::coordinate_batch, batch), nullptr);
    batch.clear();
  };
  for (auto& [key, entry] : std::exchange(waiting, {})) {
    batch.push_back(std::move(entry));
    if (batch.size() == limits.batch_size) flush();
  }
  flush();
}

coordinate_batcher_actor::behavior_type
coordinate_batcher(coordinate_batcher_actor::stateful_pointer<coordinate_batcher_state> self, ports_ptr outside,
                   write_path writes, coordinate_limits limits) {
  auto& s = self->state;
  s.self = self;
  s.outside = std::move(outside);
  s.writes = std::move(writes);
  s.limits = limits;
  self->delayed_send(self, limits.period, wake_atom_v);
  return {
      [self](locate_atom, local<std::shared_ptr<const node_coordinate>>& place) {
        self->state.gather(std::move(place.value));
      },
      [self](wake_atom) { self->state.write(); },
  };
}

} // namespace praetor
