#include "protocol/swim/core.hpp"

#include "protocol/swim/formulas.hpp"

#include <re2/re2.h>

/// Queries: sent to every member, answered directly to the sender and, if requested, through relays.
namespace praetor::swim {

namespace {

/// Filters are untrusted: a small memory limit, and no log output when one exceeds it.
RE2::Options filter_options() {
  RE2::Options options(RE2::Quiet);
  options.set_max_mem(filter_memory_limit);
  return options;
}

} // namespace

duration machine::core::default_query_timeout() const {
  return query_timeout(limits_.gossip_interval, limits_.query_timeout_multiplier, members_.size());
}

expected<std::uint64_t> machine::core::send_query(const std::string& name, const std::string& payload,
                                                  const query_options& options, time_point now) {
  advance(now);
  if (!running_) return fail("this agent is not a member of the pool");
  if (own_queries_.size() >= limits_.pending_query_limit)
    return fail("too many queries are open: " + std::to_string(own_queries_.size()));
  if (options.tags.size() > query_filter_limit)
    return fail("a query may filter by " + std::to_string(query_filter_limit) + " tags");
  for (const auto& [tag, pattern] : options.tags)
    if (RE2 checked(pattern, filter_options()); !checked.ok())
      return fail("the expression for tag " + praetor::quoted(tag) + " is not valid: " + checked.error());
  query q;
  q.time = query_clock_;
  q.id = static_cast<std::uint32_t>((*random_)());
  q.source = own_name_;
  q.address = nodes_.at(own_name_).is.address;
  q.nodes = options.nodes;
  q.tags = options.tags;
  q.wants_ack = options.wants_acks;
  q.relay_factor = options.relay_factor;
  q.timeout = options.timeout > duration{} ? options.timeout : default_query_timeout();
  q.name = name;
  q.payload = payload;
  if (auto good = check(message(q)); !good) return tl::unexpected(good.error());
  if (encode(message(q)).size() > limits_.query_limit)
    return fail("query exceeds limit of " + std::to_string(limits_.query_limit) + " bytes");
  ++query_clock_;
  auto token = next_token_++;
  own_queries_[token] = {q.id, q.time, {}, {}};
  schedule(now_ + q.timeout, {timer::kind_t::own_query, {}, token});
  heard_query(q);
  announce(query_queue_, q);
  return token;
}

bool machine::core::is_meant(const query& q) const {
  if (!q.nodes.empty() && std::find(q.nodes.begin(), q.nodes.end(), own_name_) == q.nodes.end()) return false;
  const auto& tags = own().tags;
  return std::all_of(q.tags.begin(), q.tags.end(), [&](const auto& wanted) {
    auto it = tags.find(wanted.first);
    RE2 pattern(wanted.second, filter_options());
    return pattern.ok() && RE2::PartialMatch(it == tags.end() ? std::string() : it->second, pattern);
  });
}

/// Returns true if the query is new and must be rebroadcast.
bool machine::core::heard_query(const query& q) {
  if (!witness(query_clock_, q.time) || q.time < query_min_) return false;
  auto size = heard_queries_.size();
  if (query_clock_ > size && q.time < query_clock_ - size) return false;
  auto& slot = heard_queries_[q.time % size];
  if (slot.time != q.time) slot = {q.time, {}};
  if (slot.ids.size() >= limits_.pending_query_limit || !slot.ids.insert(q.id).second) return false;
  ++count_.queries;
  write_line("query-clock: " + std::to_string(query_clock_ - 1));
  if (!is_meant(q) || asked_.size() >= limits_.pending_query_limit) return true;
  if (q.wants_ack) answer(q, {q.time, q.id, own_name_, true, {}});
  auto handle = next_token_++;
  // No one waits longer than a day; a forged timeout must not overflow.
  auto deadline = now_ + std::clamp<duration>(q.timeout, duration{}, std::chrono::hours(24));
  schedule(deadline, {timer::kind_t::asked_query, {}, handle});
  asked_[handle] = {q, false};
  out_.queries.push_back({handle, q.name, q.payload, q.source, deadline});
  return true;
}

expected<void> machine::core::respond(std::uint64_t handle, const std::string& payload, time_point now) {
  advance(now);
  auto it = asked_.find(handle);
  if (it == asked_.end()) return fail("response is past the deadline");
  auto& asked = it->second;
  if (asked.answered) return fail("response already sent");
  query_response r{asked.what.time, asked.what.id, own_name_, false, payload};
  if (encode(message(r)).size() > limits_.query_response_limit)
    return fail("response exceeds limit of " + std::to_string(limits_.query_response_limit) + " bytes");
  asked.answered = true;
  answer(asked.what, r);
  return {};
}

void machine::core::answer(const query& q, const query_response& r) {
  if (is_own(q.source)) return on({}, r);
  // Answers members only: one query must not make the whole pool send to an arbitrary address.
  const auto* asker = find_node(q.source);
  if (!running_ || asker == nullptr || asker->is.address != q.address) return;
  auto bytes = encode(message(r));
  send(q.address, {bytes});
  if (q.relay_factor == 0 || members_.size() < q.relay_factor + 1u) return;
  auto through = some_nodes(
      q.relay_factor, [&](const node& n) { return n.condition == node_condition::alive && n.is.name != q.source; });
  for (const auto* n : through) send(n->is.address, {encode(message(relay{q.address, bytes}))});
}

void machine::core::on(const std::string&, const query_response& r) {
  auto it = std::find_if(own_queries_.begin(), own_queries_.end(),
                         [&](const auto& q) { return q.second.time == r.time && q.second.id == r.id; });
  if (it == own_queries_.end())
    return note(notice::kind_t::late_response, heard_from_,
                "an answer of " + shown(r.from) + " came after its query had ended (Lamport time " +
                    std::to_string(r.time) + ")");
  auto& heard = r.is_ack ? it->second.acked : it->second.answered;
  if (!members_.contains(r.from) || !heard.insert(r.from).second) return;
  ++(r.is_ack ? count_.query_acks : count_.query_responses);
  out_.replies.push_back({it->first, r.from, r.is_ack, r.payload});
}

/// Relays only answers, and only to members, so that no one can use this node to send arbitrary data to arbitrary
/// addresses.
void machine::core::on(const std::string&, const relay& r) {
  auto inner = decode_message(r.message);
  if (!inner || !*inner || !std::holds_alternative<query_response>(**inner) || !check(**inner)) return;
  bool known =
      std::any_of(nodes_.begin(), nodes_.end(), [&](const auto& n) { return n.second.is.address == r.address; });
  if (known) send(r.address, {r.message});
}

} // namespace praetor::swim
