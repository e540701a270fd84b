#include "protocol/raft/core.hpp"

#include "protocol/mutation.hpp"

namespace praetor::raft {

namespace {

/// Before the term's first commit, the commit index may be behind writes that an earlier leader acknowledged (Raft
/// dissertation 6.4).
bool reads_wait_for_first_commit() { return !mutated(mutation::read_before_first_commit); }

} // namespace

/// ReadIndex (Raft dissertation 6.4): a round of heartbeats confirms leadership before the read is answered.
result<void> machine::core::read_index(std::uint64_t token, time_point now) {
  advance(now);
  if (shut_down_) return tl::unexpected(refusal::shut_down);
  if (role_ != role::leader) return tl::unexpected(refusal::not_leader);
  bool committed = term_has_committed() || !reads_wait_for_first_commit();
  pending_reads_.push_back({token, committed ? commit_ : 0, 0});
  start_read_round(false);
  finish_reads();
  return {};
}

/// Reads that arrive during a round share the next one. `again`: start it without waiting for the current one.
void machine::core::start_read_round(bool again) {
  if (pending_reads_.empty() || pending_reads_.back().index == 0 || pending_reads_.back().round != 0) return;
  if (!again && round_ > quorum_round()) return;
  ++round_;
  for (auto i = pending_reads_.rbegin(); i != pending_reads_.rend() && i->round == 0; ++i) i->round = round_;
  request_heartbeats();
}

void machine::core::finish_reads() {
  if (role_ != role::leader) return;
  auto answered = quorum_round();
  while (!pending_reads_.empty()) {
    const auto& read = pending_reads_.front();
    bool confirmed = read.round != 0 && read.round <= answered;
    if (read.index == 0 || !(confirmed || mutated(mutation::read_without_majority))) break;
    out_.reads.push_back({read.token, read.index});
    pending_reads_.pop_front();
  }
  start_read_round(false);
}

void machine::core::fail_reads() {
  for (const auto& read : pending_reads_) out_.failed_reads.push_back(read.token);
  pending_reads_.clear();
}

std::uint64_t machine::core::quorum_round() const {
  return quorum_value<std::uint64_t>(~std::uint64_t{0}, 0, [](const follower_progress& p) { return p.round; });
}

time_point machine::core::quorum_contact() const {
  return quorum_value<time_point>(time_point::max(), time_point::min(),
                                  [](const follower_progress& p) { return p.last_contact; });
}

std::optional<time_point> machine::core::quorum_promise() const {
  auto until = quorum_value<time_point>(time_point::max(), time_point::min(), [](const follower_progress& p) {
    return p.promise_until.value_or(time_point::min());
  });
  if (until == time_point::min()) return std::nullopt;
  return until;
}

/// Raft dissertation 6.4.1, with explicit promises in place of assumed election timeouts.
std::optional<time_point> machine::core::lease_valid_until() const {
  // A non-voting leader would rely on the promises of others while its own vote binds no one.
  bool unready = applied_ < term_start_ && reads_wait_for_first_commit();
  if (role_ != role::leader || transfer_ || unready || !own_is_voter()) return std::nullopt;
  auto until = quorum_promise();
  if (!until || *until == time_point::max()) return until;
  if (mutated(mutation::lease_outlives_promise)) return *until + 4 * limits_.lease_promise;
  return *until - limits_.lease_margin;
}

} // namespace praetor::raft
