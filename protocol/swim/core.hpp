#pragma once

#include "protocol/base/randomness.hpp"
#include "protocol/swim/broadcast_queue.hpp"
#include "protocol/swim/limits.hpp"
#include "protocol/swim/machine.hpp"
#include "protocol/swim/suspicion.hpp"
#include "protocol/swim/transitions.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace praetor::swim {

/// Lamport times from here on are invalid: no clock gets this far by counting. Below it, a clock follows the members
/// that this member asked to join; see `counter_free_range` for all others.
inline constexpr lamport_time absurd_time = lamport_time{1} << 62;

/// A node as users of the pool see it.
member as_member(const alive& a, node_condition condition);

/// The state of the machine. Each part has a file of its own: probe.cpp (failure detection), node_states.cpp (node
/// conditions), gossip.cpp (dissemination), push_pull.cpp (streams and joins), members.cpp (the users' view),
/// intents.cpp (join and leave intents), reconnect.cpp, events.cpp, queries.cpp.
class machine::core {
public:
  core(member own, settings limits, std::mt19937_64& random, merge_check check);

  // The interface of `machine`.
  void restore(const lamport_clocks& seen);
  void start(time_point now);
  void stop() { running_ = false; }
  void tick(time_point now);
  time_point next_deadline() const;
  void packet_received(const std::string& from, std::string_view bytes, time_point now, bool proven);
  std::string stream_received(const std::string& from, std::string_view bytes, time_point now);
  void stream_answered(std::uint64_t token, std::string_view bytes, time_point now);
  void stream_failed(std::uint64_t token, const std::string& why, time_point now);
  std::uint64_t join(std::vector<std::string>&& addresses, join_options options, time_point now);
  void leave(time_point now);
  void force_leave(const std::string& name, bool prune, time_point now);
  expected<void> update_tags(string_map&& tags, time_point now);
  expected<void> send_user_event(const std::string& name, const std::string& payload, bool coalesce, time_point now);
  expected<std::uint64_t> send_query(const std::string& name, const std::string& payload, const query_options& options,
                                     time_point now);
  void close_query(std::uint64_t token) { own_queries_.erase(token); }
  expected<void> respond(std::uint64_t handle, const std::string& payload, time_point now);
  duration default_query_timeout() const;

  bool has_output() const { return !(out_ == output{}); }
  output take_output() { return std::exchange(out_, {}); }

  const member& own() const;
  member_list members() const;
  std::optional<member> find(const std::string& name) const;
  std::size_t member_count() const { return members_.size(); }
  std::size_t count(member_status status) const;
  bool has_left() const { return leaving_ != leave_phase::none; }
  std::size_t health_score() const { return health_; }
  lamport_clocks clocks() const { return {member_clock_, event_clock_, query_clock_}; }
  queue_lengths queued() const {
    return {node_queue_.size(), intent_queue_.size(), event_queue_.size(), query_queue_.size()};
  }
  const counters& count() const { return count_; }
  const settings& limits() const { return limits_; }
  const swim::coordinate& coordinate() const { return coordinates_.own(); }
  std::optional<swim::coordinate> coordinate_of(const std::string& name) const;
  std::size_t coordinate_resets() const { return coordinates_.resets(); }

private:
  /// The state of a process of the pool, this one included.
  struct node {
    alive is; ///< its newest alive message
    node_condition condition = node_condition::dead;
    time_point changed{}; ///< of the condition
    std::optional<suspicion> doubt;

    bool gone() const { return condition == node_condition::dead || condition == node_condition::left; }
    void become(node_condition next, time_point now) {
      PRAETOR_ASSERT(may_become(condition, next));
      condition = next;
      changed = now;
    }
    /// A suspected node has a suspicion deadline, and no other node has one.
    bool is_sound() const { return doubt.has_value() == (condition == node_condition::suspect); }
  };
  /// A member as users of the pool see it. It outlives its node.
  struct member_record {
    std::shared_ptr<const member> who = std::make_shared<member>();
    lamport_time status_time = 0; ///< of the newest intent that took effect
    std::size_t bytes = 0;        ///< approximate size in a push/pull
    time_point gone{};            ///< when it failed or left
  };
  /// An intent of an unknown member, or a join of one that has left.
  struct early_intent {
    bool leaving = false;
    lamport_time time = 0;
    time_point heard{};
  };
  struct probe {
    std::uint32_t sequence = 0;
    std::string target;
    time_point sent{}, deadline{};
    std::size_t nacks_expected = 0, nacks = 0;
    std::uint64_t stream = 0; ///< token of the stream ping; 0: none
    bool reached_by_stream = false;
  };
  /// A ping on behalf of another member (SWIM 3.1).
  struct relayed_probe {
    std::uint32_t sequence = 0; ///< the requester's
    std::string address;
    bool wants_nack = false;
  };
  struct pending_stream {
    enum class purpose_t : std::uint8_t { exchange, join, ping };
    purpose_t purpose = purpose_t::exchange;
    std::string address;
    std::uint64_t owner = 0; ///< token of the join, or sequence of the probe
  };
  struct pending_join {
    std::deque<std::string> waiting;
    std::size_t open = 0;
    join_options options;
    join_result result;
  };
  /// A query of another member that may still be answered.
  struct asked_query {
    query what;
    bool answered = false;
  };
  struct own_query {
    std::uint64_t id = 0;
    lamport_time time = 0;
    std::set<std::string> acked, answered;
  };
  /// The events of one Lamport time.
  struct event_slot {
    lamport_time time = 0;
    std::vector<user_event> events;
  };
  struct query_slot {
    lamport_time time = 0;
    std::set<std::uint32_t> ids;
  };
  struct timer {
    enum class kind_t : std::uint8_t {
      suspicion,      ///< `name` may count as dead
      probe_timeout,  ///< `number`: sequence; ask other members
      probe_deadline, ///< `number`: sequence; give up
      relayed_probe,  ///< `number`: sequence; the target did not answer
      asked_query,    ///< `number`: handle
      own_query,      ///< `number`: token
      prune,          ///< forget `name`
      leave,          ///< `number`: phase; the next one starts
    };
    kind_t kind;
    std::string name;
    std::uint64_t number = 0;
  };
  enum class leave_phase : std::uint8_t { none, intent, farewell, propagation, done };
  static constexpr std::uint64_t intent_ticket = 1, farewell_ticket = 2;

  // machine.cpp
  void advance(time_point now) { now_ = std::max(now_, now); }
  void schedule(time_point when, timer what) { timers_.emplace(when, std::move(what)); }
  void run(const timer& due);
  void note(notice::kind_t kind, std::string subject, std::string text);
  void on(const std::string& from, const message& m);
  /// Whether to handle a message; records why not.
  bool admits(const message& m, bool proven, std::size_t& questions);
  /// Counts a rejected message and records its sender.
  void refuse_message(const std::string& why);
  bool is_own(const std::string& name) const { return name == own_name_; }
  node* find_node(const std::string& name);
  /// Up to `count` nodes for which `wanted(node)` holds.
  template <class Wanted>
  std::vector<const node*> some_nodes(std::size_t count, Wanted&& wanted) {
    std::vector<const node*> eligible;
    for (const auto* n : ring_)
      if (!is_own(n->is.name) && wanted(*n)) eligible.push_back(n);
    return draw_some(std::move(eligible), count, *random_);
  }

  // probe.cpp
  void probe_next();
  node* next_target();
  void renew_ring();
  void start_probe(const node& target);
  void ask_others();
  void give_up_probe();
  void end_probe(int health_change);
  void change_health(int by);
  void measured(const std::string& name, const ack& a);
  void favour_expired(std::uint32_t sequence);
  void on(const std::string& from, const ping& p);
  void on(const std::string& from, const indirect_ping& p);
  void on(const std::string& from, const ack& a);
  void on(const std::string& from, const nack& n);

  // node_states.cpp
  void alive_message(const alive& a, bool from_self = false);
  void suspect_message(const suspect& s);
  void dead_message(const dead& d);
  bool may_be_member(const alive& a);
  bool has_room_for(const alive& a) const;
  bool counter_in_reach(const std::string& name, std::uint64_t incarnation, const node* known);
  bool takes_new_address(node& known, const alive& a);
  node& add_node(const alive& a);
  void refute(std::uint64_t accusation);
  void proclaim_self();
  void suspicion_expired(const std::string& name);
  void spread(const message& m, const std::string& about, std::uint64_t ticket = 0);

  // gossip.cpp
  bool has_gossip() const;
  void gossip();
  std::size_t payload_budget() const;
  void fill(std::vector<std::string>& messages, std::size_t& budget);
  void send(const std::string& to, std::vector<std::string> messages);
  void send_with_gossip(const std::string& to, const message& m);
  /// Answers an address that may be forged. Piggybacks gossip only if the named member has this address, so that no one
  /// receives more bytes than that member was sent.
  void send_answer(const std::string& to, const std::string& name, const message& m);

  // push_pull.cpp
  std::uint64_t open_stream(pending_stream what, std::string bytes, duration timeout);
  std::string own_state(bool join) const;
  void exchange_with_someone();
  void exchange_with(const node& other);
  void schedule_push_pull();
  std::uint64_t roster() const;
  void compare_rosters(const std::string& name, std::uint64_t theirs);
  std::string answer_exchange(const push_pull& remote, const std::string& from);
  void finish_join(std::uint64_t token);
  void continue_join(std::uint64_t token);
  void stream_ended(const pending_stream& s, const std::string& error);
  expected<void> take_answer(const pending_stream& s, std::string_view bytes);
  expected<void> merge(const push_pull& remote, const std::string& from, bool ignore_old_events);
  void merge_node(const node_entry& entry);

  // members.cpp
  void member_joined(const alive& a);
  void member_gone(const std::string& name);
  void member_updated(const alive& a);
  static void set_status(member_record& m, member_status status);
  /// Replaces a member's description and updates the total size.
  void replace(member_record& m, member&& who);
  void report(member_change change, const member& who);
  void erase_member(const std::string& name);
  void erase_if_gone(const std::string& name);
  void reap();
  duration reconnect_timeout_of(const member& m) const;

  // intents.cpp
  bool heard_join(const join_intent& i);
  bool take_join(const join_intent& i);
  bool is_own_overtaken(lamport_time heard, bool by_leave) const;
  bool heard_leave(const leave_intent& i);
  bool keep_early(const std::string& name, bool leaving, lamport_time time);
  void prune(const std::string& name, bool leaving);
  void announce_join();
  void deny_leave(lamport_time heard);
  bool witness(lamport_time& clock, lamport_time seen);
  /// Broadcasts a message of the upper layer.
  void announce(broadcast_queue& queue, const message& m, std::uint64_t ticket = 0);
  void say_farewell();
  void propagate_leave();
  void finish_leave();
  bool has_live_company() const;
  void leave_timer(leave_phase phase);
  void sent(const std::vector<std::uint64_t>& tickets);
  void drop_old_intents();

  // reconnect.cpp
  void reconnect();

  // events.cpp
  bool heard_event(const user_event& e);
  void forget_oldest_events();
  void add_newest_events(push_pull& state) const;
  void write_clock_line();
  void write_line(const std::string& line);

  // queries.cpp
  bool heard_query(const query& q);
  bool is_meant(const query& q) const;
  void answer(const query& q, const query_response& r);
  void on(const std::string& from, const query_response& r);
  void on(const std::string& from, const relay& r);

  settings limits_;
  std::mt19937_64* random_;
  merge_check check_;
  std::string own_name_;
  bool running_ = false;
  time_point now_{};

  // Nodes: failure detection.
  std::map<std::string, node> nodes_;
  std::vector<node*> ring_; ///< all nodes, shuffled
  std::size_t ring_at_ = 0;
  std::uint64_t incarnation_ = 0;
  std::string heard_from_; ///< the source address of the current message
  std::size_t health_ = 0;
  std::optional<probe> probe_;
  bool probe_due_ = false; ///< due while another probe was running
  std::map<std::uint32_t, relayed_probe> relayed_probes_;
  std::uint32_t next_sequence_ = 1;

  // Members: joined, left, failed.
  std::map<std::string, member_record> members_;
  std::map<std::string, early_intent> early_intents_;
  std::size_t roster_bytes_ = 0; ///< approximate size of all members in a push/pull
  lamport_time member_clock_ = 1, event_clock_ = 1, query_clock_ = 1;
  bool leaping_ = false; ///< clocks follow any received time, because the own join is being answered
  lamport_time event_min_ = 0, query_min_ = 0;
  leave_phase leaving_ = leave_phase::none;

  // Broadcast queues.
  broadcast_queue node_queue_, intent_queue_, query_queue_, event_queue_;
  bool queue_full_ = false; ///< dropped messages were reported

  // Streams.
  std::map<std::uint64_t, pending_stream> streams_;
  std::map<std::uint64_t, pending_join> joins_;
  std::uint64_t next_token_ = 1;
  duration catch_up_wait_{}; ///< delay after the newest exchange caused by differing rosters; zero: they have agreed
                             ///< since
  time_point catch_up_at_{}; ///< no such exchange before this time

  // Events and queries.
  std::vector<event_slot> heard_events_;
  std::size_t event_bytes_ = 0; ///< of all stored events
  std::vector<query_slot> heard_queries_;
  std::map<std::uint64_t, asked_query> asked_;
  std::map<std::uint64_t, own_query> own_queries_;

  // Coordinates.
  coordinate_client coordinates_;
  std::map<std::string, swim::coordinate> places_;

  // Timers.
  std::multimap<time_point, timer> timers_;
  time_point probe_at_{}, gossip_at_{}, push_pull_at_{}, reap_at_{}, reconnect_at_{};
  lamport_time written_clock_ = 0; ///< the newest in the rejoin snapshot
  time_point clock_line_at_{};

  output out_;
  counters count_;
};

} // namespace praetor::swim
