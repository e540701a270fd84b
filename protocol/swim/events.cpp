#include "protocol/swim/core.hpp"

/// User events: each is delivered to every member once. Also the lines of the rejoin snapshot.
namespace praetor::swim {

namespace {

/// The maximal number of events per Lamport time; an honest pool has one or a few.
constexpr std::size_t most_per_slot = 1024;

} // namespace

expected<void> machine::core::send_user_event(const std::string& name, const std::string& payload, bool coalesce,
                                              time_point now) {
  advance(now);
  auto limit = std::to_string(limits_.user_event_limit);
  if (name.size() + payload.size() > limits_.user_event_limit)
    return fail("user event exceeds configured limit of " + limit + " bytes before encoding");
  user_event e{event_clock_, name, payload, coalesce};
  if (encode(message(e)).size() > limits_.user_event_limit)
    return fail("encoded user event exceeds configured limit of " + limit + " bytes after encoding");
  ++event_clock_;
  heard_event(e);
  announce(event_queue_, e);
  return {};
}

namespace {

/// The approximate memory of an event.
std::size_t bytes_of(const user_event& e) { return sizeof(user_event) + e.name.size() + e.payload.size(); }

} // namespace

/// A forgotten event would be delivered again, so events of its time are no longer accepted.
void machine::core::forget_oldest_events() {
  while (event_bytes_ > event_memory_limit) {
    event_slot* oldest = nullptr;
    for (auto& slot : heard_events_)
      if (!slot.events.empty() && (oldest == nullptr || slot.time < oldest->time)) oldest = &slot;
    if (oldest == nullptr) return;
    event_min_ = std::max(event_min_, oldest->time + 1);
    for (const auto& e : oldest->events) event_bytes_ -= bytes_of(e);
    oldest->events.clear();
  }
}

/// Adds as many as fit, so that events never prevent an exchange of states.
void machine::core::add_newest_events(push_pull& state) const {
  std::vector<const event_slot*> slots;
  for (const auto& slot : heard_events_)
    if (!slot.events.empty()) slots.push_back(&slot);
  std::sort(slots.begin(), slots.end(), [](const auto* a, const auto* b) { return a->time > b->time; });
  std::size_t bytes = 0;
  for (const auto* slot : slots)
    for (const auto& e : slot->events) {
      bytes += bytes_of(e);
      if (bytes > event_share_limit) return;
      state.events.push_back(e);
    }
}

/// Returns true if the event is new and must be rebroadcast.
bool machine::core::heard_event(const user_event& e) {
  if (!witness(event_clock_, e.time) || e.time < event_min_) return false;
  auto size = heard_events_.size();
  if (event_clock_ > size && e.time < event_clock_ - size) return false;
  auto& slot = heard_events_[e.time % size];
  if (slot.time != e.time) {
    for (const auto& old : slot.events) event_bytes_ -= bytes_of(old);
    slot = {e.time, {}};
  }
  bool known = std::any_of(slot.events.begin(), slot.events.end(),
                           [&](const user_event& other) { return other.name == e.name && other.payload == e.payload; });
  if (known || slot.events.size() >= most_per_slot) return false;
  slot.events.push_back(e);
  event_bytes_ += bytes_of(e);
  forget_oldest_events();
  ++count_.events;
  write_line("event-clock: " + std::to_string(event_clock_ - 1));
  out_.user_events.push_back(e);
  return true;
}

void machine::core::write_line(const std::string& line) {
  if (leaving_ == leave_phase::none) out_.snapshot_lines.push_back(line);
}

void machine::core::write_clock_line() {
  if (member_clock_ - 1 <= written_clock_) return;
  written_clock_ = member_clock_ - 1;
  clock_line_at_ = now_ + limits_.clock_line_interval;
  write_line("clock: " + std::to_string(written_clock_));
}

} // namespace praetor::swim
