#include "protocol/swim/core.hpp"

/// The users' view of the pool: how members change as their nodes answer, fall silent and leave.
namespace praetor::swim {

const char* to_string(member_change value) {
  switch (value) {
  case member_change::join: return "join";
  case member_change::leave: return "leave";
  case member_change::fail: return "fail";
  case member_change::update: return "update";
  case member_change::reap: return "reap";
  }
  return "?";
}

member as_member(const alive& a, node_condition condition) {
  member m;
  m.name = a.name;
  if (auto address = parse_address(a.address)) m.address = std::move(address->ip), m.port = address->port;
  m.tags = a.tags;
  m.status = condition == node_condition::left   ? member_status::left
             : condition == node_condition::dead ? member_status::failed
                                                 : member_status::alive;
  m.protocol_min = a.speaks.protocol_min, m.protocol_max = a.speaks.protocol_max;
  m.protocol_current = a.speaks.protocol_current;
  m.delegate_min = a.speaks.delegate_min, m.delegate_max = a.speaks.delegate_max;
  m.delegate_current = a.speaks.delegate_current;
  return m;
}

const member& machine::core::own() const { return *members_.at(own_name_).who; }

member_list machine::core::members() const {
  member_list result;
  for (const auto& [name, m] : members_) result.push_back(m.who);
  return result;
}

std::optional<member> machine::core::find(const std::string& name) const {
  auto it = members_.find(name);
  if (it == members_.end()) return std::nullopt;
  return *it->second.who;
}

std::size_t machine::core::count(member_status status) const {
  return static_cast<std::size_t>(
      std::count_if(members_.begin(), members_.end(), [&](const auto& m) { return m.second.who->status == status; }));
}

std::optional<swim::coordinate> machine::core::coordinate_of(const std::string& name) const {
  if (is_own(name)) return coordinates_.own();
  auto it = places_.find(name);
  if (it == places_.end()) return std::nullopt;
  return it->second;
}

void machine::core::replace(member_record& m, member&& who) {
  // The node entry, and the name in two more lists.
  constexpr std::size_t around = 64;
  auto bytes = around + 3 * who.name.size() + who.address.size() + encoded_size(who.tags);
  PRAETOR_ASSERT(roster_bytes_ >= m.bytes && (who.status == m.who->status || may_become(m.who->status, who.status)));
  roster_bytes_ = roster_bytes_ - m.bytes + bytes;
  m.bytes = bytes;
  m.who = std::make_shared<const member>(std::move(who));
}

void machine::core::set_status(member_record& m, member_status status) {
  PRAETOR_ASSERT(may_become(m.who->status, status));
  auto who = *m.who;
  who.status = status;
  m.who = std::make_shared<const member>(std::move(who));
}

void machine::core::report(member_change change, const member& who) {
  switch (change) {
  case member_change::join:
    ++count_.joins;
    write_line("alive: " + who.name + " " + join_address(who.address, who.port));
    break;
  case member_change::leave:
    ++count_.leaves;
    write_line("not-alive: " + who.name);
    break;
  case member_change::fail:
    ++count_.failures;
    write_line("not-alive: " + who.name);
    break;
  case member_change::update: ++count_.updates; break;
  case member_change::reap: break;
  }
  out_.member_events.push_back({change, who});
}

void machine::core::member_joined(const alive& a) {
  auto& m = members_[a.name];
  auto before = m.who->status;
  auto who = as_member(a, node_condition::alive);
  // Applies an intent that arrived before the member, new or returning, was known.
  if (auto early = early_intents_.extract(a.name); early && early.mapped().time > m.status_time) {
    m.status_time = early.mapped().time;
    if (early.mapped().leaving) who.status = member_status::leaving;
  }
  replace(m, std::move(who));
  if ((before == member_status::failed || before == member_status::left) && now_ - m.gone < limits_.flap_timeout) {
    ++count_.flaps;
  }
  report(member_change::join, *m.who);
}

void machine::core::member_gone(const std::string& name) {
  auto it = members_.find(name);
  if (it == members_.end()) return;
  auto& m = it->second;
  switch (m.who->status) {
  case member_status::leaving: set_status(m, member_status::left); break;
  case member_status::alive: set_status(m, member_status::failed); break;
  default: return;
  }
  m.gone = now_;
  report(m.who->status == member_status::left ? member_change::leave : member_change::fail, *m.who);
}

void machine::core::member_updated(const alive& a) {
  auto it = members_.find(a.name);
  if (it == members_.end()) return;
  auto who = as_member(a, node_condition::alive);
  who.status = it->second.who->status;
  replace(it->second, std::move(who));
  report(member_change::update, *it->second.who);
}

void machine::core::erase_member(const std::string& name) {
  auto it = members_.find(name);
  if (it == members_.end() || is_own(name)) return;
  auto who = std::move(it->second.who);
  PRAETOR_ASSERT(roster_bytes_ >= it->second.bytes);
  roster_bytes_ -= it->second.bytes;
  members_.erase(it);
  coordinates_.forget(name);
  places_.erase(name);
  report(member_change::reap, *who);
}

void machine::core::erase_if_gone(const std::string& name) {
  auto it = members_.find(name);
  if (it == members_.end()) return;
  auto status = it->second.who->status;
  if (status == member_status::failed || status == member_status::left) erase_member(name);
}

duration machine::core::reconnect_timeout_of(const member& m) const {
  auto own_wish = m.tags.find("rc_tm");
  if (own_wish == m.tags.end()) return limits_.reconnect_timeout;
  auto parsed = duration_from_text(own_wish->second);
  return parsed.value ? std::chrono::duration_cast<duration>(*parsed.value) : limits_.reconnect_timeout;
}

void machine::core::reap() {
  drop_old_intents();
  std::vector<std::string> expired;
  for (const auto& [name, m] : members_) {
    auto gone_for = now_ - m.gone;
    if ((m.who->status == member_status::failed && gone_for > reconnect_timeout_of(*m.who)) ||
        (m.who->status == member_status::left && gone_for > limits_.tombstone_timeout))
      expired.push_back(name);
  }
  for (const auto& name : expired) erase_member(name);
}

} // namespace praetor::swim
