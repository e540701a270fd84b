#include "protocol/swim/broadcast_queue.hpp"

#include <iterator>
#include <limits>

namespace praetor::swim {

void broadcast_queue::erase(order::iterator it) {
  if (!it->second.subject.empty()) by_subject_.erase(it->second.subject);
  order_.erase(it);
}

std::uint64_t broadcast_queue::add(std::string message, const std::string& subject, std::uint64_t ticket) {
  std::uint64_t replaced = 0;
  if (!subject.empty()) {
    if (auto known = by_subject_.find(subject); known != by_subject_.end()) {
      auto it = order_.find(known->second);
      replaced = it->second.ticket;
      erase(it);
    }
  }
  place p{0, message.size(), next_number_++};
  order_.emplace(p, entry{std::move(message), subject, ticket});
  if (!subject.empty()) by_subject_[subject] = p;
  return replaced;
}

void broadcast_queue::take(std::vector<std::string>& into, std::size_t& budget, std::size_t overhead, std::size_t limit,
                           std::vector<std::uint64_t>& finished) {
  std::vector<std::pair<place, entry>> again;
  for (auto it = order_.begin(); it != order_.end();) {
    if (budget <= overhead) break;
    auto free = budget - overhead;
    if (it->first.length > free) {
      // Skip to the longest message of this rank that fits.
      it = order_.lower_bound(place{it->first.sent, free, std::numeric_limits<std::uint64_t>::max()});
      continue;
    }
    budget -= it->first.length + overhead;
    into.push_back(it->second.message);
    auto next = it->first;
    ++next.sent;
    if (next.sent >= limit) {
      if (it->second.ticket != 0) finished.push_back(it->second.ticket);
      auto gone = it++;
      erase(gone);
    } else {
      auto node = order_.extract(it++);
      again.emplace_back(next, std::move(node.mapped()));
    }
  }
  for (auto& [p, e] : again) {
    if (!e.subject.empty()) by_subject_[e.subject] = p;
    order_.emplace(p, std::move(e));
  }
}

std::size_t broadcast_queue::trim(std::size_t most, std::vector<std::uint64_t>& finished) {
  std::size_t dropped = 0;
  for (; order_.size() > most; ++dropped) {
    auto last = std::prev(order_.end());
    if (last->second.ticket != 0) finished.push_back(last->second.ticket);
    erase(last);
  }
  return dropped;
}

} // namespace praetor::swim
