#include "storage/state/change_feed.hpp"

namespace praetor::state {

std::shared_ptr<const change_feed::reader> change_feed::follow(reader each) {
  auto subscription = std::make_shared<const reader>(std::move(each));
  std::lock_guard lock(guard_);
  readers_.push_back(subscription);
  count_.store(readers_.size(), std::memory_order_release);
  return subscription;
}

std::vector<std::shared_ptr<const change_feed::reader>> change_feed::current_readers() {
  std::vector<std::shared_ptr<const reader>> out;
  std::lock_guard lock(guard_);
  std::erase_if(readers_, [&](const auto& kept) {
    if (auto each = kept.lock()) out.push_back(std::move(each));
    return kept.expired();
  });
  count_.store(readers_.size(), std::memory_order_release);
  return out;
}

void change_feed::publish(const published_changes& changes) {
  for (const auto& each : current_readers()) (*each)(changes);
}

} // namespace praetor::state
