#include "sim/checkers/hold_book.hpp"

#include <algorithm>
#include <utility>

namespace praetor::sim {

namespace {

duration shortened(duration d, double drift) {
  return duration{static_cast<std::int64_t>(static_cast<double>(d.count()) / (1 + drift))};
}

} // namespace

duration hold_book::hold::free_again(const clocks& c) const {
  auto ended = asked_to_end ? ended_after : until;
  return ended + shortened(lock_delay, c.drift) - c.error;
}

std::string hold_book::acquired(const taking& t, const clocks& c) {
  std::string wrong;
  auto& holds = holds_[t.key];
  unsigned others = 0;
  for (const auto& h : holds) {
    if (h.session == t.session) continue;
    // A session may expire later than its TTL, by an unknown time.
    auto lives_until = h.asked_to_end ? h.until : h.since + shortened(h.until - h.since, c.drift);
    if (t.asked >= h.since && t.answered < lives_until && ++others >= t.holders)
      wrong = t.key + " was given to session " + t.session + " while " + h.session + " held it";
    if (h.lock_delay.count() == 0 || t.answered >= h.free_again(c)) continue;
    bool destroyed = h.destroyed_by != duration::max() && t.asked >= h.destroyed_by;
    bool expired = !h.asked_to_end && t.asked >= h.until;
    if (destroyed || expired)
      wrong = t.key + " was given to session " + t.session + " within the lock delay of " + h.session + ", whose " +
              (destroyed ? "end was acknowledged " : "time to live ended ") + "not long before";
  }
  // Locks that ended that long ago have no effect.
  std::erase_if(holds, [&](const hold& h) {
    return std::max(h.until, h.ended_after) + h.lock_delay + c.error < t.asked && !(h.session == t.session);
  });
  std::erase_if(holds, [&](const hold& h) { return h.session == t.session; });
  holds.push_back({t.session, t.answered, t.until, t.lock_delay});
  return wrong;
}

void hold_book::renewed(const std::string& session, duration until) {
  for (auto& [key, holds] : holds_)
    for (auto& h : holds)
      if (h.session == session && !h.asked_to_end) h.until = std::max(h.until, until);
}

void hold_book::may_end(const std::string& session, duration now) {
  for (auto& [key, holds] : holds_)
    for (auto& h : holds)
      if (h.session == session && !std::exchange(h.asked_to_end, true)) h.until = std::min(h.until, now);
}

void hold_book::destroyed(const std::string& session, duration asked, duration answered) {
  for (auto& [key, holds] : holds_)
    for (auto& h : holds)
      // `until` is the time of the request if the session certainly held the lock up to it.
      if (h.session == session && h.until == asked && h.destroyed_by == duration::max()) {
        h.destroyed_by = answered;
        h.ended_after = asked;
      }
}

} // namespace praetor::sim
