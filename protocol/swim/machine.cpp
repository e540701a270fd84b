#include "protocol/swim/core.hpp"

#include "protocol/mutation.hpp"
#include "protocol/swim/key_queries.hpp"

namespace praetor::swim {

// ---- the interface ------------------------------------------------------------------------------------------------

machine::machine(member own, settings limits, std::mt19937_64& random, merge_check check)
    : core_(std::make_unique<core>(std::move(own), limits, random, std::move(check))) {}
machine::~machine() = default;
machine::machine(machine&&) noexcept = default;
machine& machine::operator=(machine&&) noexcept = default;

void machine::restore(const lamport_clocks& seen) { core_->restore(seen); }
void machine::start(time_point now) { core_->start(now); }
void machine::stop() { core_->stop(); }
void machine::tick(time_point now) { core_->tick(now); }
time_point machine::next_deadline() const { return core_->next_deadline(); }
void machine::packet_received(const std::string& from, std::string_view bytes, time_point now, bool proven) {
  core_->packet_received(from, bytes, now, proven);
}
std::string machine::stream_received(const std::string& from, std::string_view bytes, time_point now) {
  return core_->stream_received(from, bytes, now);
}
void machine::stream_answered(std::uint64_t token, std::string_view bytes, time_point now) {
  core_->stream_answered(token, bytes, now);
}
void machine::stream_failed(std::uint64_t token, const std::string& why, time_point now) {
  core_->stream_failed(token, why, now);
}
std::uint64_t machine::join(std::vector<std::string> addresses, join_options options, time_point now) {
  return core_->join(std::move(addresses), options, now);
}
void machine::leave(time_point now) { core_->leave(now); }
void machine::force_leave(const std::string& name, bool prune, time_point now) { core_->force_leave(name, prune, now); }
expected<void> machine::update_tags(string_map tags, time_point now) {
  return core_->update_tags(std::move(tags), now);
}
expected<void> machine::send_user_event(const std::string& name, const std::string& payload, bool coalesce,
                                        time_point now) {
  return core_->send_user_event(name, payload, coalesce, now);
}
expected<std::uint64_t> machine::send_query(const std::string& name, const std::string& payload,
                                            const query_options& options, time_point now) {
  return core_->send_query(name, payload, options, now);
}
void machine::close_query(std::uint64_t token) { core_->close_query(token); }
expected<void> machine::respond(std::uint64_t handle, const std::string& payload, time_point now) {
  return core_->respond(handle, payload, now);
}
duration machine::default_query_timeout() const { return core_->default_query_timeout(); }
bool machine::has_output() const { return core_->has_output(); }
output machine::take_output() { return core_->take_output(); }
const member& machine::own() const { return core_->own(); }
member_list machine::members() const { return core_->members(); }
std::optional<member> machine::find(const std::string& name) const { return core_->find(name); }
std::size_t machine::member_count() const { return core_->member_count(); }
std::size_t machine::count(member_status status) const { return core_->count(status); }
bool machine::has_left() const { return core_->has_left(); }
std::size_t machine::health_score() const { return core_->health_score(); }
lamport_clocks machine::clocks() const { return core_->clocks(); }
queue_lengths machine::queued() const { return core_->queued(); }
const counters& machine::count() const { return core_->count(); }
const settings& machine::limits() const { return core_->limits(); }
const swim::coordinate& machine::coordinate() const { return core_->coordinate(); }
std::optional<swim::coordinate> machine::coordinate_of(const std::string& name) const {
  return core_->coordinate_of(name);
}
std::size_t machine::coordinate_resets() const { return core_->coordinate_resets(); }

bool is_warning(notice::kind_t kind) { return kind <= notice::kind_t::left_early; }

// ---- start, time, messages ------------------------------------------------------------------------------------------

machine::core::core(member own, settings limits, std::mt19937_64& random, merge_check check)
    : limits_(limits), random_(&random), check_(std::move(check)), own_name_(own.name),
      heard_events_(limits.event_buffer), heard_queries_(limits.event_buffer) {
  own.status = member_status::none;
  replace(members_[own_name_], std::move(own));
}

void machine::core::restore(const lamport_clocks& seen) {
  leaping_ = true; // this member's own clocks
  witness(member_clock_, seen.member);
  witness(event_clock_, seen.event);
  witness(query_clock_, seen.query);
  leaping_ = false;
  event_min_ = event_clock_;
  query_min_ = query_clock_;
  written_clock_ = member_clock_ - 1;
}

void machine::core::start(time_point now) {
  advance(now);
  running_ = true;
  auto within = [&](duration interval) { return now_ + jitter(*random_, interval); };
  probe_at_ = within(limits_.probe_interval);
  gossip_at_ = now_;
  push_pull_at_ = limits_.push_pull_interval > duration{} ? within(limits_.push_pull_interval) : time_point::max();
  reap_at_ = now_ + limits_.reap_interval;
  reconnect_at_ = now_ + limits_.reconnect_interval;
  clock_line_at_ = now_;
  proclaim_self();
}

void machine::core::tick(time_point now) {
  advance(now);
  if (!running_) return;
  // Timers may start others that are due at once, but the loop ends: every new one is in the future or cancelled.
  while (!timers_.empty() && timers_.begin()->first <= now_) {
    auto due = timers_.extract(timers_.begin());
    run(due.mapped());
  }
  auto is_due = [&](time_point& when, duration interval) {
    if (when > now_) return false;
    while (when <= now_) when += interval;
    return true;
  };
  if (is_due(probe_at_, limits_.probe_interval)) probe_next();
  if (push_pull_at_ <= now_) {
    schedule_push_pull();
    exchange_with_someone();
  }
  if (is_due(reap_at_, limits_.reap_interval)) reap();
  if (is_due(reconnect_at_, limits_.reconnect_interval)) reconnect();
  if (has_gossip() && gossip_at_ <= now_) gossip();
  if (clock_line_at_ <= now_) write_clock_line();
}

time_point machine::core::next_deadline() const {
  if (!running_) return time_point::max();
  auto next = std::min({probe_at_, push_pull_at_, reap_at_, reconnect_at_});
  if (!timers_.empty()) next = std::min(next, timers_.begin()->first);
  if (has_gossip()) next = std::min(next, gossip_at_);
  if (leaving_ == leave_phase::none && member_clock_ - 1 > written_clock_) next = std::min(next, clock_line_at_);
  return next;
}

void machine::core::run(const timer& due) {
  using kind_t = timer::kind_t;
  auto sequence = static_cast<std::uint32_t>(due.number);
  bool current = probe_ && probe_->sequence == sequence;
  switch (due.kind) {
  case kind_t::suspicion: return suspicion_expired(due.name);
  case kind_t::probe_timeout: return current ? ask_others() : void();
  case kind_t::probe_deadline: return current ? give_up_probe() : void();
  case kind_t::relayed_probe: return favour_expired(sequence);
  case kind_t::asked_query: asked_.erase(due.number); return;
  case kind_t::own_query:
    if (own_queries_.erase(due.number) != 0) out_.closed_queries.push_back(due.number);
    return;
  case kind_t::prune: return erase_if_gone(due.name);
  case kind_t::leave: return leave_timer(static_cast<leave_phase>(due.number));
  }
}

void machine::core::note(notice::kind_t kind, std::string subject, std::string text) {
  out_.notices.push_back({kind, std::move(subject), std::move(text)});
}

machine::core::node* machine::core::find_node(const std::string& name) {
  auto it = nodes_.find(name);
  return it == nodes_.end() ? nullptr : &it->second;
}

void machine::core::packet_received(const std::string& from, std::string_view bytes, time_point now, bool proven) {
  advance(now);
  if (!running_) return;
  auto messages = decode_packet(bytes);
  if (!messages) {
    ++count_.refused_packets;
    return note(notice::kind_t::packet_refused, from, messages.error().text);
  }
  heard_from_ = from;
  std::size_t questions = 0;
  // One bad message does not invalidate the rest of a packet: it may come from an honest member of another version.
  for (const auto& m : *messages)
    if (admits(m, proven, questions)) on(from, m);
  heard_from_.clear();
}

void machine::core::refuse_message(const std::string& why) {
  ++count_.refused_messages;
  note(notice::kind_t::packet_refused, heard_from_, why);
}

namespace {

/// Messages that trigger a packet at once.
bool is_question(const message& m) {
  return std::holds_alternative<ping>(m) || std::holds_alternative<indirect_ping>(m) ||
         std::holds_alternative<query>(m) || std::holds_alternative<relay>(m);
}

} // namespace

bool machine::core::admits(const message& m, bool proven, std::size_t& questions) {
  if (auto good = check(m); !good && limits_in_force()) return refuse_message(good.error().text), false;
  if (is_question(m) && ++questions > packet_question_limit)
    return refuse_message("a packet asks for more than " + std::to_string(packet_question_limit) + " answers"), false;
  // A member without the key must not change keys. If this member rebroadcast the query encrypted, others would take it
  // for authenticated.
  const auto* q = std::get_if<query>(&m);
  if (q != nullptr && !proven && key_operation_of(q->name) && !mutated(mutation::key_query_without_proof))
    return refuse_message("a query about gossip keys was not encrypted"), false;
  return true;
}

void machine::core::on(const std::string& from, const message& m) {
  struct dispatch {
    core& self;
    const std::string& from;
    const message& m;
    void operator()(const alive& a) const { self.alive_message(a); }
    void operator()(const suspect& s) const { self.suspect_message(s); }
    void operator()(const dead& d) const { self.dead_message(d); }
    // Messages of the upper layer are rebroadcast unchanged, once.
    void operator()(const join_intent& i) const {
      if (self.heard_join(i)) self.announce(self.intent_queue_, m);
    }
    void operator()(const leave_intent& i) const {
      if (self.heard_leave(i)) self.announce(self.intent_queue_, m);
    }
    void operator()(const user_event& e) const {
      if (self.heard_event(e)) self.announce(self.event_queue_, m);
    }
    void operator()(const query& q) const {
      if (self.heard_query(q)) self.announce(self.query_queue_, m);
    }
    void operator()(const ping& p) const { self.on(from, p); }
    void operator()(const indirect_ping& p) const { self.on(from, p); }
    void operator()(const ack& a) const { self.on(from, a); }
    void operator()(const nack& n) const { self.on(from, n); }
    void operator()(const query_response& r) const { self.on(from, r); }
    void operator()(const relay& r) const { self.on(from, r); }
  };
  std::visit(dispatch{*this, from, m}, m);
}

} // namespace praetor::swim
