#include "actors/leader/tombstone_reaper.hpp"

#include "protocol/mutation.hpp"
#include "storage/state/command.hpp"
#include "storage/state/queries_cluster.hpp"

namespace praetor {

void tombstone_reaper_state::look() {
  std::uint64_t newest = 0;
  for (bool stale = true; stale;) {
    state::watch_set touched;
    auto store = view->state.load();
    store->tables().tombstones.watch_all(touched);
    touched.add(store->abandon_cell());
    newest = state::index_of(*store, "tombstones");
    auto me = tombstone_reaper_actor{self};
    armed = std::make_shared<state::trigger>([me] { caf::anon_send(me, changed_atom_v); });
    stale = touched.subscribe(armed);
  }
  if (newest <= seen) return;
  seen = newest;
  auto lifetime = mutated(mutation::tombstone_reaped_early) ? nanoseconds{0} : nanoseconds{tombstone_lifetime};
  auto due = self->clock().now() + lifetime;
  auto steps = due.time_since_epoch() / tombstone_granularity + 1;
  steady_time bin{std::chrono::duration_cast<steady_time::duration>(steps * tombstone_granularity)};
  auto [it, fresh] = bins.emplace(bin, newest);
  it->second = newest;
  if (fresh) self->delayed_send(self, bin - self->clock().now(), wake_atom_v);
}

void tombstone_reaper_state::reap() {
  auto now = self->clock().now();
  std::uint64_t up_to = 0;
  while (!bins.empty() && bins.begin()->first <= now) {
    up_to = bins.begin()->second;
    bins.erase(bins.begin());
  }
  if (up_to == 0) return;
  tombstone_request request;
  request.datacenter = datacenter;
  request.reap_index = up_to;
  writes.propose(encode_command(command_type::tombstone, request), nullptr);
}

tombstone_reaper_actor::behavior_type
tombstone_reaper(tombstone_reaper_actor::stateful_pointer<tombstone_reaper_state> self, ports_ptr outside,
                 published_state_ptr view, write_path writes, std::string datacenter) {
  auto& s = self->state;
  s.self = self;
  s.outside = std::move(outside);
  s.view = std::move(view);
  s.writes = std::move(writes);
  s.datacenter = std::move(datacenter);
  s.look();
  return {
      [self](changed_atom) { self->state.look(); },
      [self](wake_atom) { self->state.reap(); },
  };
}

} // namespace praetor
