#include "protocol/base/fnv.hpp"
#include "protocol/swim/core.hpp"

/// Full state exchanges over streams: at a join, and periodically with a random member (memberlist's push/pull).
namespace praetor::swim {

std::uint64_t machine::core::open_stream(pending_stream what, std::string bytes, duration timeout) {
  auto token = next_token_++;
  out_.streams.push_back({token, what.address, std::move(bytes), timeout});
  streams_.emplace(token, std::move(what));
  return token;
}

std::string machine::core::own_state(bool join) const {
  push_pull state;
  state.join = join;
  for (const auto& [name, n] : nodes_) state.nodes.push_back({n.is, n.condition});
  state.time = member_clock_;
  state.event_time = event_clock_;
  state.query_time = query_clock_;
  for (const auto& [name, m] : members_) {
    state.status_times[name] = m.status_time;
    if (m.who->status == member_status::left) state.left.push_back(name);
  }
  add_newest_events(state);
  return encode(stream_message(std::move(state)));
}

void machine::core::schedule_push_pull() {
  push_pull_at_ = now_ + push_pull_period(limits_.push_pull_interval, nodes_.size());
}

void machine::core::exchange_with(const node& other) {
  open_stream({pending_stream::purpose_t::exchange, other.is.address, 0}, own_state(false), limits_.stream_timeout);
}

void machine::core::exchange_with_someone() {
  auto target = some_nodes(1, [](const node& n) { return n.condition == node_condition::alive; });
  if (!target.empty()) exchange_with(*target.front());
}

/// Equal for members with the same view of live nodes, in any order: the sum of each node's FNV-1a hash, mixed so that
/// sums differ.
std::uint64_t machine::core::roster() const {
  std::uint64_t sum = 0;
  for (const auto& [name, n] : nodes_) {
    if (n.gone()) continue;
    auto hash = fnv::of_1a(name, fnv::offset<std::uint64_t> ^ n.is.incarnation);
    hash = (hash ^ hash >> 32) * 0xd6e8feb86659fd93u;
    sum += hash ^ hash >> 32;
  }
  return sum;
}

/// Gossip reaches every member only with high probability: when many members join at once, one may not learn of another
/// until the next push/pull. A member whose roster differs from that of the member it probes, although it has no gossip
/// left to send, exchanges states at once. It repeats this at growing intervals as long as the rosters differ, which
/// they always do if one of the two rejects a member that the other accepts.
void machine::core::compare_rosters(const std::string& name, std::uint64_t theirs) {
  if (theirs == roster()) {
    catch_up_wait_ = {};
    return;
  }
  auto* other = find_node(name);
  if (other == nullptr || !node_queue_.empty() || now_ < catch_up_at_ || limits_.push_pull_interval == duration{})
    return;
  auto longest = push_pull_period(limits_.push_pull_interval, nodes_.size());
  catch_up_wait_ = std::min(longest, std::max(limits_.probe_interval, 2 * catch_up_wait_));
  catch_up_at_ = now_ + catch_up_wait_;
  exchange_with(*other);
}

// ---- joins ----------------------------------------------------------------------------------------------------------

std::uint64_t machine::core::join(std::vector<std::string>&& addresses, join_options options, time_point now) {
  advance(now);
  auto token = next_token_++;
  auto& j = joins_[token];
  j.options = options;
  j.result.token = token;
  j.waiting.assign(std::make_move_iterator(addresses.begin()), std::make_move_iterator(addresses.end()));
  continue_join(token);
  return token;
}

void machine::core::continue_join(std::uint64_t token) {
  auto& j = joins_.at(token);
  if (!running_ || (j.options.first_only && j.result.reached > 0)) j.waiting.clear();
  std::size_t most = j.options.first_only ? 1 : std::max<std::size_t>(1, limits_.join_concurrency);
  for (; !j.waiting.empty() && j.open < most; ++j.open) {
    open_stream({pending_stream::purpose_t::join, std::move(j.waiting.front()), token}, own_state(true),
                limits_.stream_timeout);
    j.waiting.pop_front();
  }
  if (j.open == 0 && j.waiting.empty()) finish_join(token);
}

void machine::core::finish_join(std::uint64_t token) {
  auto j = joins_.extract(token);
  if (j.mapped().result.reached > 0) announce_join();
  out_.joins.push_back(std::move(j.mapped().result));
}

// ---- how streams end ------------------------------------------------------------------------------------------------

void machine::core::stream_answered(std::uint64_t token, std::string_view bytes, time_point now) {
  advance(now);
  auto s = streams_.extract(token);
  if (s.empty()) return;
  heard_from_ = s.mapped().address;
  auto done = take_answer(s.mapped(), bytes);
  heard_from_.clear();
  stream_ended(s.mapped(), done ? std::string() : done.error().text);
}

void machine::core::stream_failed(std::uint64_t token, const std::string& why, time_point now) {
  advance(now);
  auto s = streams_.extract(token);
  if (!s.empty()) stream_ended(s.mapped(), why.empty() ? "failed" : why);
}

expected<void> machine::core::take_answer(const pending_stream& s, std::string_view bytes) {
  if (!running_) return fail("this agent is stopping");
  auto answer = decode_stream(bytes);
  if (!answer) {
    ++count_.refused_streams;
    return tl::unexpected(answer.error());
  }
  if (auto* no = std::get_if<refusal>(&*answer)) return fail("Remote error: " + no->text);
  if (s.purpose == pending_stream::purpose_t::ping) {
    auto* a = std::get_if<ack>(&*answer);
    if (a == nullptr) return fail("a ping was not answered with an ack");
    if (probe_ && probe_->sequence == s.owner && a->sequence == s.owner) probe_->reached_by_stream = true;
    return {};
  }
  auto* state = std::get_if<push_pull>(&*answer);
  if (state == nullptr) return fail("a state was not answered with a state");
  auto j = s.purpose == pending_stream::purpose_t::join ? joins_.find(s.owner) : joins_.end();
  state->join = j != joins_.end();
  // A member that asked to join accepts the pool's clocks, however far ahead they are.
  leaping_ = state->join;
  auto merged = merge(*state, s.address, state->join && j->second.options.ignore_old_events);
  leaping_ = false;
  return merged;
}

void machine::core::stream_ended(const pending_stream& s, const std::string& error) {
  if (s.purpose == pending_stream::purpose_t::exchange && !error.empty())
    note(notice::kind_t::push_pull_failed, s.address, "exchange of states with " + s.address + " failed: " + error);
  if (s.purpose != pending_stream::purpose_t::join) return;
  auto j = joins_.find(s.owner);
  if (j == joins_.end()) return;
  --j->second.open;
  if (error.empty())
    ++j->second.result.reached;
  else
    j->second.result.errors.push_back({s.address, error});
  continue_join(s.owner);
}

// ---- the other side -------------------------------------------------------------------------------------------------

std::string machine::core::stream_received(const std::string& from, std::string_view bytes, time_point now) {
  advance(now);
  if (!running_) return {};
  auto refuse = [&](const std::string& why) {
    ++count_.refused_streams;
    note(notice::kind_t::stream_refused, from, why);
    return encode(stream_message(refusal{why}));
  };
  auto asked = decode_stream(bytes);
  if (!asked) return refuse(asked.error().text);
  if (auto* p = std::get_if<ping>(&*asked)) {
    if (!is_own(p->target)) return refuse("this is " + own_name_ + ", not " + shown(p->target));
    return encode(stream_message(ack{p->sequence, {}}));
  }
  if (auto* state = std::get_if<push_pull>(&*asked)) {
    heard_from_ = from;
    auto answer = answer_exchange(*state, from);
    heard_from_.clear();
    return answer;
  }
  return refuse("a stream starts with a state or a ping");
}

std::string machine::core::answer_exchange(const push_pull& remote, const std::string& from) {
  auto own = own_state(false); // taken before merging the other's state, which it knows already
  if (auto done = merge(remote, from, false); !done) {
    ++count_.refused_streams;
    return encode(stream_message(refusal{done.error().text}));
  }
  return own;
}

expected<void> machine::core::merge(const push_pull& remote, const std::string& from, bool ignore_old_events) {
  if (remote.join && check_) {
    std::vector<member> theirs;
    for (const auto& entry : remote.nodes) theirs.push_back(as_member(entry.is, entry.condition));
    if (auto why = check_(theirs)) {
      note(notice::kind_t::merge_refused, from, "its state is not merged: " + *why);
      return fail(*why);
    }
  }
  for (const auto& entry : remote.nodes) merge_node(entry);

  // The clocks hold the next time to issue; the last seen time is one less.
  auto seen = [](lamport_time next) { return next > 0 ? next - 1 : 0; };
  witness(member_clock_, seen(remote.time));
  witness(event_clock_, seen(remote.event_time));
  witness(query_clock_, seen(remote.query_time));
  std::set<std::string> gone(remote.left.begin(), remote.left.end());
  for (const auto& name : gone) {
    auto time = remote.status_times.find(name);
    if (time != remote.status_times.end()) heard_leave({time->second, name, false});
  }
  for (const auto& [name, time] : remote.status_times)
    if (!gone.contains(name)) heard_join({time, name});
  if (ignore_old_events) event_min_ = std::max(event_min_, std::min(remote.event_time, event_clock_));
  for (const auto& e : remote.events) heard_event(e);
  return {};
}

void machine::core::merge_node(const node_entry& entry) {
  const auto& a = entry.is;
  switch (entry.condition) {
  case node_condition::alive: return alive_message(a);
  case node_condition::left: return dead_message({a.incarnation, a.name, a.name});
  // A node that the other counts as dead may refute it: it is only suspected here.
  case node_condition::dead:
  case node_condition::suspect: return suspect_message({a.incarnation, a.name, own_name_});
  }
}

} // namespace praetor::swim
