#include "protocol/raft/types.hpp"

#include <algorithm>

#include "protocol/raft/log_view.hpp"

namespace praetor::raft {

const server* configuration::find(std::string_view id) const {
  auto i = std::find_if(servers.begin(), servers.end(), [&](const server& s) { return s.who.id == id; });
  return i == servers.end() ? nullptr : &*i;
}

const server* configuration::find(const identity& who) const {
  auto* found = find(std::string_view{who.id});
  return found && found->who.storage == who.storage ? found : nullptr;
}

bool configuration::is_voter(const identity& who) const {
  auto* found = find(who);
  return found && found->voter;
}

std::size_t configuration::voter_count() const {
  return static_cast<std::size_t>(
      std::count_if(servers.begin(), servers.end(), [](const server& s) { return s.voter; }));
}

bool append_request::operator==(const append_request& other) const {
  return prev_index == other.prev_index && prev_term == other.prev_term && commit == other.commit &&
         sent_ns == other.sent_ns && round == other.round && epoch == other.epoch &&
         std::equal(entries.begin(), entries.end(), other.entries.begin(), other.entries.end(),
                    [](const entry_ptr& a, const entry_ptr& b) { return a == b || (a && b && *a == *b); });
}

std::vector<indexed_configuration> find_configurations(const log_view& log, index_t first, index_t last) {
  constexpr std::size_t batch_bytes = 1024 * 1024;
  std::vector<indexed_configuration> result;
  while (first <= last) {
    auto batch = log.entries(first, last, batch_bytes);
    if (batch.empty()) break;
    for (auto& e : batch) {
      if (e->kind != entry_kind::configuration) continue;
      if (auto value = decode_configuration(e->data)) result.push_back({e->index, std::move(*value)});
    }
    first = batch.back()->index + 1;
  }
  return result;
}

} // namespace praetor::raft
