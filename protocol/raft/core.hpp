#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory_resource>
#include <vector>

#include "protocol/raft/follower_progress.hpp"
#include "protocol/raft/machine.hpp"
#include "protocol/raft/replicated_log.hpp"

namespace praetor::raft {

/// The state of the machine. Each part of the protocol has a file of its own: election.cpp, replication.cpp, reads.cpp,
/// membership.cpp, snapshots.cpp, persistence.cpp.
class machine::core {
public:
  core(identity own, settings limits, const log_view& disk, std::mt19937_64& random);

  // The interface of `machine`.
  void restore(const initial_state& state, time_point now);
  bool bootstrap(const configuration& members, time_point now);
  void step(message&& m, time_point now);
  void tick(time_point now);
  time_point next_deadline() const;
  result<index_range> propose(std::vector<proposal>&& batch, std::int64_t wall_ns, time_point now);
  result<index_t> propose_configuration(const configuration_change& change, std::int64_t wall_ns, time_point now);
  result<identity> transfer_leadership(const std::optional<std::string>& target, time_point now);
  result<void> read_index(std::uint64_t token, time_point now);
  void log_written(std::uint64_t write, time_point now);
  void log_failed(time_point now);
  void applied(index_t index);
  void disk_stalled(time_point now);
  void connection_lost(const std::string& id, time_point now);
  void connection_restored(const std::string& id, time_point now);
  void snapshot_written(const snapshot_meta& meta);
  void compacted(index_t index, term_t term);
  void snapshot_chunk_read(const chunk_request& request, std::string&& data, bool done, time_point now);
  void snapshot_chunk_missing(const chunk_request& request, time_point now);
  void snapshot_chunk_stored(const std::string& id, std::uint64_t size, time_point now);
  void snapshot_installed(const snapshot_meta& meta, time_point now);
  void snapshot_failed(const std::string& id, time_point now);
  void shut_down(time_point now);
  void configure(const settings& limits);
  bool has_output() const;
  output take_output(time_point now);
  time_point last_contact(time_point now) const;
  std::vector<peer_status> peers() const;
  std::optional<time_point> lease_valid_until() const;

  const identity& own() const { return own_; }
  raft::role role() const { return role_; }
  term_t term() const { return hard_.term; }
  const identity& leader() const { return leader_; }
  index_t commit_index() const { return commit_; }
  index_t applied_index() const { return applied_; }
  index_t durable_index() const { return durable_; }
  const replicated_log& log() const { return log_; }
  const indexed_configuration& members() const { return configurations_.back(); }
  const indexed_configuration& committed_members() const { return configurations_.front(); }
  const counters& count() const { return count_; }
  time_point promised_until() const { return promise_.until; }

private:
  using state_t = follower_progress::state_t;

  /// A promise to vote for no one but `to` before `until`, unless `to` gave up the lease named by `token`, or a later
  /// one.
  struct promise {
    identity to;
    time_point until;
    lease_token token;
  };
  struct write_record {
    std::uint64_t number = 0;
    index_t last = 0; // the newest entry that this write makes durable
    std::optional<log_reset> reset;
    time_point issued;
  };
  struct pending_read {
    std::uint64_t token = 0;
    index_t index = 0;       // 0: waits for the first commit of the term
    std::uint64_t round = 0; // 0: waits for the next round
  };
  struct transfer_state {
    identity target;
    time_point deadline;
    bool told = false; // timeout_now was sent
  };
  struct incoming_snapshot {
    snapshot_meta meta;
    identity from;
    std::uint64_t stored = 0;
    bool storing = false;    // the environment is storing a chunk
    bool installing = false; // that chunk is the last one
  };

  // step.cpp
  void advance(time_point now) { now_ = std::max(now_, now); }
  void send(const identity& to, message_body body);
  void send_when_durable(const identity& to, message_body body);
  /// Sends at once if the current term is durable, otherwise as soon as it is.
  void answer(const identity& to, message_body body);
  void adopt_term(term_t term);
  void become_follower(term_t term, const identity& leader);
  void heard_from_leader(const message& m);
  duration jitter(duration limit);

  // admission.cpp
  std::string fault_of(const message& m) const;
  static bool is_answer(const message& m);
  bool is_member(const identity& who);
  bool may_say(const message& m);
  bool leads(const message& m) const;
  std::string contradiction(const append_request& r) const;
  std::string contradiction(const snapshot_meta& meta) const;
  /// @param kind the specific counter besides the total; null: none
  void refuse(const message& m, std::uint64_t counters::*kind, std::string why);

  // step.cpp, continued  duration jitter(duration limit);

  // election.cpp
  bool knows_leader() const;
  bool promise_allows(const identity& candidate, const lease_token& token) const;
  bool is_up_to_date(const vote_request& r) const;
  void reset_election_deadline();
  bool may_campaign() const;
  void election_deadline_passed();
  void start_pre_vote();
  void campaign(const lease_token& token);
  void count_vote(const identity& voter, bool granted);
  void count_own_vote();
  void become_leader();
  void on(const message& m, const vote_request& r);
  void on(const message& m, const vote_result& r);
  void on(const message& m, const timeout_now& r);
  void tick_transfer();
  void tell_transfer_target();
  void hand_over();

  // replication.cpp
  void append_own(entry_kind kind, std::string&& data, std::int64_t wall_ns);
  void on(const message& m, append_request& r);
  bool logs_meet(const message& m, const append_request& r);
  void take_entries(const append_request& r);
  void truncate(index_t from);
  void on(const message& m, const append_result& r);
  void appends_rejected(follower_progress& p, const append_result& r);
  void appends_accepted(follower_progress& p, const append_result& r);
  void replicate();
  void replicate_to(follower_progress& p);
  void send_append(follower_progress& p, bool with_entries);
  void maybe_commit();
  void advance_commit(index_t index);
  void request_heartbeats();
  void tick_leader();

  // reads.cpp
  void start_read_round(bool again);
  void finish_reads();
  void fail_reads();
  std::uint64_t quorum_round() const;
  time_point quorum_contact() const;
  std::optional<time_point> quorum_promise() const;

  // membership.cpp
  void set_configuration(indexed_configuration next);
  void sync_progress();
  void configuration_committed();

  // snapshots.cpp
  void start_snapshot(follower_progress& p);
  void offer_snapshot(follower_progress& p);
  void resend_snapshot(follower_progress& p);
  void on(const message& m, const snapshot_result& r);
  void on(const message& m, snapshot_request& r);
  follower_progress* transfer_of(const chunk_request& request);

  // persistence.cpp
  bool hard_state_durable() const { return !hard_dirty_ && hard_write_ <= durable_write_; }
  bool may_write() const { return now_ >= write_again_at_; }
  bool has_something_to_write() const;
  void fill_write(output& out);
  void fill_apply(output& out);
  bool can_apply() const;
  raft::leadership current_leadership() const { return {role_, hard_.term, leader_}; }

  follower_progress* find_progress(const identity& who);
  std::size_t quorum() const { return members().value.voter_count() / 2 + 1; }
  bool own_is_voter() const { return members().value.is_voter(own_); }
  bool is_sole_voter() const { return members().value.is_sole_voter(own_); }
  bool term_has_committed() const { return role_ == role::leader && commit_ >= term_start_; }
  /// The highest value that a majority of the voters reaches, from the leader's view; `of_own` is this server's value.
  template <class Value, class Of>
  Value quorum_value(Value of_own, Value none, Of&& of) const {
    // Called several times per message: normally allocates nothing.
    std::array<std::byte, 16 * sizeof(Value)> room;
    std::pmr::monotonic_buffer_resource memory(room.data(), room.size());
    std::pmr::vector<Value> values(&memory);
    values.reserve(progress_.size() + 1);
    if (own_is_voter()) values.push_back(of_own);
    for (const auto& [id, p] : progress_)
      if (p.voter) values.push_back(of(p));
    if (values.empty()) return none;
    auto place = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), place, values.end(), std::greater<>{});
    return *place;
  }

  const identity own_;
  settings limits_;
  std::mt19937_64* random_;
  replicated_log log_;
  time_point now_{};

  // The durable state and what is known to be durable.
  hard_state hard_;
  bool hard_dirty_ = false;
  std::uint64_t hard_write_ = 0;
  std::uint64_t write_ = 0; // the newest number issued
  std::uint64_t durable_write_ = 0;
  std::deque<write_record> writes_; // issued, not reported back
  index_t handed_ = 0;              // the newest entry handed out for writing
  index_t durable_ = 0;
  std::optional<log_reset> reset_;
  std::optional<index_t> truncate_from_;
  time_point write_again_at_{}; // after a failed write
  bool write_failed_ = false;
  bool stalled_ = false;
  term_t failed_term_ = 0; // no index of this term is issued again

  // State of every server.
  raft::role role_ = role::follower;
  identity leader_;
  std::pair<term_t, identity> leader_of_term_; ///< the last known leader and its term; kept when it falls silent
  time_point leader_heard_{};
  time_point election_deadline_ = time_point::max();
  promise promise_;
  std::map<identity, bool> votes_;
  bool shut_down_ = false;
  index_t commit_ = 0;
  index_t applied_ = 0;
  index_t apply_sent_ = 0;
  std::deque<std::pair<index_t, std::size_t>> applying_;
  std::size_t applying_bytes_ = 0;
  /// The newest committed configuration and its successors; the last one is in force.
  std::deque<indexed_configuration> configurations_{1};
  std::optional<snapshot_meta> snapshot_;
  std::optional<incoming_snapshot> incoming_;
  std::deque<dropped_range> own_ranges_; // appended as leader, not known to be committed

  // State of a leader.
  std::map<std::string, follower_progress> progress_;
  index_t term_start_ = 0;  // index of the term's first entry
  std::uint64_t epoch_ = 0; // of the lease
  std::uint64_t round_ = 0;
  time_point heartbeat_at_ = time_point::max();
  std::size_t uncommitted_bytes_ = 0;
  std::deque<pending_read> pending_reads_;
  std::optional<transfer_state> transfer_;
  bool replicate_due_ = false;

  // Pending output.
  output out_;
  std::vector<message> held_; // sent once all earlier writes are durable
  raft::leadership reported_;
  bool members_changed_ = false;
  counters count_;
};

} // namespace praetor::raft
