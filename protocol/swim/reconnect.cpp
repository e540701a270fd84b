#include "protocol/swim/core.hpp"

/// Reconnects to failed members periodically; the larger the failed part of the pool, the more often (Serf's
/// reconnect).
namespace praetor::swim {

void machine::core::reconnect() {
  std::vector<const member*> failed;
  std::size_t live = 0;
  for (const auto& [name, m] : members_) {
    if (m.who->status == member_status::failed)
      failed.push_back(m.who.get());
    else if (m.who->status != member_status::left)
      ++live;
  }
  if (failed.empty()) return;
  double probability = static_cast<double>(failed.size()) / static_cast<double>(std::max<std::size_t>(1, live));
  if (draw_unit(*random_) > probability) return;
  const auto* chosen = failed[draw_below(*random_, failed.size())];
  auto address = join_address(chosen->address, chosen->port);
  note(notice::kind_t::reconnecting, chosen->name, "trying to reach failed member " + chosen->name + " at " + address);
  open_stream({pending_stream::purpose_t::exchange, address, 0}, own_state(true), limits_.stream_timeout);
}

} // namespace praetor::swim
