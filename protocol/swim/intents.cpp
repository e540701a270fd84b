#include "protocol/swim/core.hpp"

#include "protocol/mutation.hpp"

/// Intents to join and leave (Serf). Each has a Lamport time; only an intent newer than the member's last one takes
/// effect.
namespace praetor::swim {

/// Advances `clock` past `seen`. Returns false if no honest clock can reach `seen`; the message is rejected then. Serf
/// follows any time, so that a single message could drive all clocks to their end, where nothing counts as newer.
bool machine::core::witness(lamport_time& clock, lamport_time seen) {
  // A join may advance the clock to half of the range, which leaves as many steps again.
  bool near =
      (leaping_ && seen < absurd_time / 2) || in_reach(seen, clock) || mutated(mutation::clock_follows_anything);
  if (seen >= absurd_time || !near) {
    refuse_message("a Lamport time of " + std::to_string(seen) + " is out of reach of this member's " +
                   std::to_string(clock));
    return false;
  }
  clock = std::max(clock, seen + 1);
  return true;
}

bool machine::core::keep_early(const std::string& name, bool leaving, lamport_time time) {
  auto it = early_intents_.find(name);
  if (it == early_intents_.end()) {
    if (early_intents_.size() >= std::max(limits_.queue_minimum, 2 * members_.size())) return false;
    early_intents_[name] = {leaving, time, now_};
    return true;
  }
  if (time <= it->second.time) return false;
  it->second = {leaving, time, now_};
  return true;
}

void machine::core::drop_old_intents() {
  std::erase_if(early_intents_, [&](const auto& i) { return now_ - i.second.heard > limits_.intent_timeout; });
}

/// Whether others hold an intent of this member that it did not announce. They keep the newest one only, and a forged
/// join would hide a forged leave of the same time: only a later intent of its own corrects their view.
bool machine::core::is_own_overtaken(lamport_time heard, bool by_leave) const {
  auto own = members_.find(own_name_);
  if (own == members_.end() || leaving_ != leave_phase::none) return false;
  return heard > own->second.status_time || (by_leave && heard == own->second.status_time);
}

/// Returns true if the intent is new and must be rebroadcast.
bool machine::core::heard_join(const join_intent& i) {
  if (is_own(i.name)) {
    if (is_own_overtaken(i.time, false)) deny_leave(i.time);
    return false;
  }
  return take_join(i);
}

bool machine::core::take_join(const join_intent& i) {
  if (!witness(member_clock_, i.time)) return false;
  auto it = members_.find(i.name);
  if (it == members_.end()) return keep_early(i.name, false, i.time);
  auto& m = it->second;
  if (i.time <= m.status_time) return false;
  // The member is about to return but has not yet: others must not see a leave with the time of its return.
  if (m.who->status == member_status::left) return keep_early(i.name, false, i.time);
  m.status_time = i.time;
  if (m.who->status == member_status::leaving) {
    set_status(m, member_status::alive);
    out_.status_changed = true;
  }
  return true;
}

/// Returns true if the intent is new and must be rebroadcast.
bool machine::core::heard_leave(const leave_intent& i) {
  if (is_own(i.name) && leaving_ == leave_phase::none) {
    if (is_own_overtaken(i.time, true)) deny_leave(i.time);
    return false;
  }
  if (!witness(member_clock_, i.time)) return false;
  auto it = members_.find(i.name);
  if (it == members_.end()) return keep_early(i.name, true, i.time);
  auto& m = it->second;
  if (i.time <= m.status_time) return false;
  m.status_time = i.time;
  switch (m.who->status) {
  case member_status::alive:
    set_status(m, member_status::leaving);
    out_.status_changed = true;
    if (i.prune) prune(i.name, true);
    return true;
  case member_status::failed:
    set_status(m, member_status::left);
    m.gone = now_;
    report(member_change::leave, *m.who);
    if (i.prune) prune(i.name, false);
    return true;
  case member_status::leaving:
  case member_status::left:
    if (i.prune) prune(i.name, m.who->status == member_status::leaving);
    return true;
  case member_status::none: return false;
  }
  return false;
}

/// Removes a leaving member after the time that its leave takes.
void machine::core::prune(const std::string& name, bool leaving) {
  if (leaving)
    schedule(now_ + limits_.broadcast_timeout + limits_.leave_propagate_delay, {timer::kind_t::prune, name, 0});
  else
    erase_member(std::string(name));
}

void machine::core::announce_join() {
  join_intent i{member_clock_, own_name_};
  take_join(i);
  announce(intent_queue_, i);
}

/// Announces that this member stays, with a later time than the heard leave. It can do so however far another member's
/// clock was driven, up to half of the range, so that a later time always exists.
void machine::core::deny_leave(lamport_time heard) {
  if (leaving_ != leave_phase::none || heard >= absurd_time / 2) return;
  member_clock_ = std::max(member_clock_, heard + 1);
  announce_join();
}

void machine::core::force_leave(const std::string& name, bool prune, time_point now) {
  advance(now);
  if (!check_name(name)) return; // no member has such a name
  leave_intent i{member_clock_++, name, prune};
  heard_leave(i);
  announce(intent_queue_, i);
}

// ---- the own leave: intent, farewell, and time for both to spread --------------------------------------------------

bool machine::core::has_live_company() const {
  return std::any_of(nodes_.begin(), nodes_.end(), [&](const auto& n) { return !n.second.gone() && !is_own(n.first); });
}

void machine::core::leave(time_point now) {
  advance(now);
  if (leaving_ != leave_phase::none) return;
  write_line("leave");
  leaving_ = leave_phase::intent;
  if (!running_) return finish_leave();
  leave_intent i{member_clock_++, own_name_, false};
  heard_leave(i);
  if (!has_live_company()) return say_farewell();
  announce(intent_queue_, i, intent_ticket);
  schedule(now_ + limits_.broadcast_timeout,
           {timer::kind_t::leave, {}, static_cast<std::uint64_t>(leave_phase::intent)});
}

void machine::core::say_farewell() {
  leaving_ = leave_phase::farewell;
  bool company = has_live_company();
  schedule(now_ + limits_.leave_timeout, {timer::kind_t::leave, {}, static_cast<std::uint64_t>(leave_phase::farewell)});
  dead_message({nodes_.at(own_name_).is.incarnation, own_name_, own_name_});
  if (!company) finish_leave();
}

void machine::core::propagate_leave() {
  leaving_ = leave_phase::propagation;
  schedule(now_ + limits_.leave_propagate_delay,
           {timer::kind_t::leave, {}, static_cast<std::uint64_t>(leave_phase::propagation)});
}

void machine::core::finish_leave() {
  leaving_ = leave_phase::done;
  out_.left = true;
}

void machine::core::leave_timer(leave_phase phase) {
  if (leaving_ != phase) return; // the phase ended before its timeout
  if (phase == leave_phase::propagation) return finish_leave();
  note(notice::kind_t::left_early, own_name_, "not enough members could be told in time that this one leaves");
  return phase == leave_phase::intent ? say_farewell() : propagate_leave();
}

/// Handles tracked broadcasts that were sent often enough.
void machine::core::sent(const std::vector<std::uint64_t>& tickets) {
  for (auto ticket : tickets) {
    if (ticket == intent_ticket && leaving_ == leave_phase::intent) say_farewell();
    if (ticket == farewell_ticket && leaving_ == leave_phase::farewell) propagate_leave();
  }
}

} // namespace praetor::swim
