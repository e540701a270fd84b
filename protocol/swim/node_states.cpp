#include "protocol/swim/core.hpp"

#include "protocol/mutation.hpp"

/// The condition of each node. The incarnation, which only the node itself raises, orders the messages about it (SWIM
/// 4.2).
namespace praetor::swim {

/// A newer message about a node replaces the queued one.
void machine::core::spread(const message& m, const std::string& about, std::uint64_t ticket) {
  if (auto replaced = node_queue_.add(encode(m), about, ticket)) sent({replaced});
}

/// A full pool keeps its members. Their number and size are bounded, so that a state always fits into a frame, and no
/// one can grow the pool until no member can join any more.
bool machine::core::has_room_for(const alive& a) const {
  if (nodes_.contains(a.name) && members_.contains(a.name)) return true; // the tags of one entry make no difference
  return nodes_.size() < member_limit && members_.size() < member_limit && roster_bytes_ < roster_limit;
}

bool machine::core::may_be_member(const alive& a) {
  auto refuse = [&](const std::string& why) {
    note(notice::kind_t::member_refused, heard_from_,
         "member " + shown(a.name) + " at " + praetor::quoted(a.address) + " is ignored: " + why);
    return false;
  };
  if (!has_room_for(a))
    return refuse("the pool is full with " + std::to_string(members_.size()) + " members of " +
                  std::to_string(roster_bytes_) + " bytes");
  if (!check_) return true;
  if (auto why = check_({as_member(a, node_condition::alive)})) return refuse(*why);
  return true;
}

machine::core::node& machine::core::add_node(const alive& a) {
  auto& n = nodes_[a.name];
  n.is.name = a.name;
  n.is.address = a.address;
  n.changed = now_;
  // Inserts at a random position, so that nodes that join together are not probed in the same order by every member
  // (SWIM 4.3).
  ring_.push_back(&n);
  std::swap(ring_.back(), ring_[draw_below(*random_, ring_.size())]);
  return n;
}

/// A known name with another address: accepted if the old process left or has been dead for long enough.
bool machine::core::takes_new_address(node& known, const alive& a) {
  bool reclaimable = known.condition == node_condition::dead && limits_.dead_reclaim > duration{} &&
                     now_ - known.changed > limits_.dead_reclaim;
  if (known.condition == node_condition::left || reclaimable) return true;
  out_.conflicts.push_back({a.name, known.is.address, a.address});
  return false;
}

/// Only the node itself raises its incarnation, by one each time, so a much higher one is forged. Without the limit, an
/// accusation with the highest number could never be refuted.
bool machine::core::counter_in_reach(const std::string& name, std::uint64_t incarnation, const node* known) {
  if (in_reach(incarnation, known == nullptr ? 0 : known->is.incarnation)) return true;
  refuse_message("incarnation " + std::to_string(incarnation) + " of member " + shown(name) + " is out of reach");
  return false;
}

/// @param from_self the node itself sent it
void machine::core::alive_message(const alive& a, bool from_self) {
  bool self = is_own(a.name);
  if (self && leaving_ >= leave_phase::farewell) return;
  auto* known = find_node(a.name);
  if (!from_self && !counter_in_reach(a.name, a.incarnation, known)) return;
  if (known == nullptr) {
    if (!from_self && !may_be_member(a)) return;
    known = &add_node(a);
  } else {
    bool moved = known->is.address != a.address && !from_self;
    if (moved && !takes_new_address(*known, a)) return;
    if (self ? a.incarnation < known->is.incarnation : a.incarnation <= known->is.incarnation && !moved) return;
    if (!self && !may_be_member(a)) return;
    if (moved)
      note(notice::kind_t::address_changed, a.name,
           "member " + a.name + " moved from " + known->is.address + " to " + a.address);
  }
  if (self && !from_self) {
    if (a.incarnation == known->is.incarnation && a.tags == known->is.tags && a.speaks == known->is.speaks) return;
    return refute(a.incarnation);
  }
  known->doubt.reset();
  bool was_gone = known->gone();
  bool changed = known->is.tags != a.tags || known->is.speaks != a.speaks || known->is.address != a.address;
  PRAETOR_ASSERT(a.incarnation >= known->is.incarnation || known->is.address != a.address);
  known->is = a;
  if (known->condition != node_condition::alive) known->become(node_condition::alive, now_);
  PRAETOR_ASSERT(known->is_sound());
  spread(a, a.name);
  if (was_gone)
    member_joined(a);
  else if (changed)
    member_updated(a);
}

/// Suspicion before failure (SWIM 4.2).
void machine::core::suspect_message(const suspect& s) {
  auto* known = find_node(s.name);
  if (known == nullptr || s.incarnation < known->is.incarnation) return;
  if (!counter_in_reach(s.name, s.incarnation, known)) return;
  if (known->doubt) {
    if (!known->doubt->confirm(s.from)) return;
    spread(s, s.name);
    schedule(known->doubt->deadline(), {timer::kind_t::suspicion, s.name, 0});
    return;
  }
  if (known->condition != node_condition::alive) return;
  if (is_own(s.name)) return refute(s.incarnation);
  spread(s, s.name);
  known->is.incarnation = s.incarnation;
  known->become(node_condition::suspect, now_);
  auto minimum = suspicion_minimum(limits_.suspicion_multiplier, nodes_.size(), limits_.probe_interval);
  known->doubt.emplace(s.from, confirmations_wanted(limits_.suspicion_multiplier, nodes_.size()), minimum,
                       minimum * static_cast<int>(limits_.suspicion_max_multiplier), now_);
  schedule(known->doubt->deadline(), {timer::kind_t::suspicion, s.name, 0});
}

/// The timer of a suspicion that has ended or was extended does nothing.
void machine::core::suspicion_expired(const std::string& name) {
  auto* known = find_node(name);
  if (known == nullptr || !known->doubt || known->doubt->deadline() > now_) return;
  PRAETOR_ASSERT(known->is_sound() && !is_own(name));
  note(notice::kind_t::declared_dead, name, "member " + name + " has not objected to being suspected: it has failed");
  dead_message({known->is.incarnation, name, own_name_});
}

void machine::core::dead_message(const dead& d) {
  auto* known = find_node(d.name);
  if (known == nullptr || d.incarnation < known->is.incarnation || known->gone()) return;
  if (!counter_in_reach(d.name, d.incarnation, known)) return;
  if (is_own(d.name)) {
    if (leaving_ < leave_phase::farewell) return refute(d.incarnation);
    spread(d, d.name, farewell_ticket);
  } else {
    spread(d, d.name);
  }
  known->doubt.reset();
  known->is.incarnation = d.incarnation;
  known->become(d.name == d.from ? node_condition::left : node_condition::dead, now_);
  PRAETOR_ASSERT(known->is_sound());
  member_gone(d.name);
}

/// Another member reported this node as gone, or with a wrong description: refute it with a higher incarnation (SWIM
/// 4.2).
void machine::core::refute(std::uint64_t accusation) {
  if (leaving_ >= leave_phase::farewell || mutated(mutation::suspicion_never_refuted)) return;
  incarnation_ = std::max(incarnation_, accusation) + 1;
  auto& self = nodes_.at(own_name_);
  self.is.incarnation = incarnation_;
  change_health(1);
  note(notice::kind_t::refuted, heard_from_,
       "another member said that " + own_name_ + " had failed or changed: denied");
  spread(self.is, own_name_);
}

/// Announces this node's current description with a new incarnation.
void machine::core::proclaim_self() {
  const auto& self = own();
  alive a{++incarnation_,
          own_name_,
          join_address(self.address, self.port),
          self.tags,
          {self.protocol_min, self.protocol_max, self.protocol_current, self.delegate_min, self.delegate_max,
           self.delegate_current}};
  alive_message(a, true);
}

expected<void> machine::core::update_tags(string_map&& tags, time_point now) {
  advance(now);
  if (auto done = check_tags(tags, limits_.tags_limit); !done) return done;
  if (!running_) {
    auto self = own();
    self.tags = std::move(tags);
    replace(members_.at(own_name_), std::move(self));
    return {};
  }
  auto a = nodes_.at(own_name_).is;
  a.incarnation = ++incarnation_;
  a.tags = std::move(tags);
  alive_message(a, true);
  return {};
}

} // namespace praetor::swim
