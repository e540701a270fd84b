#pragma once

#include "protocol/envelope.hpp"

#include <caf/allowed_unsafe_message_type.hpp>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>

namespace praetor {

/// A value that never leaves its process: it may hold pointers and callbacks, and is not serialised.
template <class T>
struct local {
  T value;
};

/// A deadline_timer (actors/deadline_timer.hpp) wakes its actor; the number tells stale wake-ups from the newest. An
/// actor tells its timers apart by their purpose.
template <class Purpose = void>
struct wake_up {
  std::uint64_t number = 0;
};
struct fetch_again;      ///< a purpose: a kept answer is to be fetched anew
struct deadline_reached; ///< a purpose: the first deadline among those who wait has come
struct spread_agents;    ///< a purpose: the agents are to be spread over the servers anew

struct error;
struct link_answer;
struct link_outcome;
struct log_state;
struct probe_result;
struct fetched_answer;
struct handler_result;
struct execution_reply;
struct remote_outcome;
class byte_pipe;

namespace raft {
struct snapshot_meta;
} // namespace raft

namespace state {
struct apply_result;
} // namespace state

/// Called once with the outcome of a write, from the thread that applied it.
using apply_callback = std::function<void(const state::apply_result&)>;
/// Called once; null means that all went well.
using done_callback = std::function<void(const error*)>;

/// What became of a session's renewal.
enum class renewal : std::uint8_t { renewed, unknown_session, not_leader };

/// The steps of a leaver, in this order; each is left out where it has no object.
enum class leave_step : std::uint64_t { start, hand_over, farewell, drain, removal, over };

/// What actors of one process tell each other, where an atom and a value would not say what the value is. Who takes a
/// message stands in actors.hpp. Like `local`, nothing of this namespace is serialised.
namespace messages {

// ---- Consensus

struct compact_log {
  std::uint64_t through = 0; ///< entries up to and including this index are in two snapshots
};
struct log_compacted {
  std::uint64_t through = 0; ///< the log has no entries up to and including this index any more
};
struct entries_applied {
  std::uint64_t through = 0; ///< the state contains everything up to and including this index
};
struct await_applied {
  std::uint64_t index = 0;
  std::function<void()> call; ///< once the state contains the index
};
struct snapshot_written {
  std::shared_ptr<const raft::snapshot_meta> meta;
  std::uint64_t through = 0; ///< log entries up to and including this index may go
};
struct transfer_leadership {
  std::string to; ///< a server's id; empty: whoever is furthest ahead
  done_callback done;
};
struct restore_piece_ended {
  std::uint64_t number = 0; ///< as the restoration counts them
  std::string failure;      ///< empty: it went through the log
};
struct log_state_answered {
  std::uint64_t round = 0;
  std::string server;
  std::shared_ptr<const log_state> answer; ///< null: it could not be asked
};

// ---- Between agents

struct link_changed {
  std::string server; ///< id
  bool up = false;    ///< false: it broke
};
struct connect_ended {
  std::uint64_t attempt = 0;
  std::shared_ptr<link_outcome> outcome;
};
struct server_moved {
  std::string address; ///< "ip:port"
};
struct link_answered {
  std::uint64_t request = 0; ///< as the link counts them
  std::shared_ptr<link_answer> answer;
};
struct attempt_ended {
  std::uint64_t number = 0; ///< as the router counts the attempts
  std::shared_ptr<remote_outcome> outcome;
};
struct connection_ended {
  std::uint64_t connection = 0; ///< peer_identity::connection
};
struct request_answered {
  std::uint64_t request = 0; ///< as the gateway counts them
  envelope answer;
  std::shared_ptr<byte_pipe> rest; ///< of the answer, which the peer pulls; null: this is all
};
struct stream_ready {
  std::uint64_t request = 0; ///< as the gateway counts them
};
struct execution_answered {
  std::uint64_t request = 0;
  std::shared_ptr<const execution_reply> reply;
};
struct command_output {
  std::string bytes;
};
struct command_ended {
  std::int32_t exit_code = 0;
};

// ---- Leader's duties

struct leadership_gained {
  std::uint64_t term = 0; ///< 0: the same term goes on, and another state has taken the place of the whole one
};
struct renew_session {
  std::string session;
  std::function<void(renewal)> done;
};
struct renew_timer {
  std::string session;
  std::function<void(bool)> done; ///< hears whether the session exists
};
struct write_ended {
  bool worked = false;
};
struct members_change_ended {
  bool committed = false;
};

// ---- The agent's own services and checks

struct service_changed {
  std::string service; ///< id
};
struct check_changed {
  std::string check; ///< id
};
struct remove_service {
  std::string service; ///< id
  done_callback done;
};
struct remove_check {
  std::string check; ///< id
  done_callback done;
};
struct check_result {
  std::string check; ///< id
  std::string status, output;
};
struct update_ttl {
  std::string check; ///< id
  std::string status, output;
  done_callback done;
};
struct set_maintenance {
  std::string service; ///< id; empty: the node
  bool on = false;
  std::string reason;
  std::string token; ///< to register it with; empty: what is configured for all
  done_callback done;
};
struct changes_stored {
  std::uint64_t through = 0; ///< the number of the last one
};
struct probe_ended {
  std::uint64_t attempt = 0;
  std::shared_ptr<probe_result> result;
};

// ---- Watches

struct query_changed {
  std::uint64_t evaluation = 0; ///< tells news of the newest one from that of older ones
};
struct subscriber_idle {
  std::string query;          ///< its key
  std::uint64_t received = 0; ///< requests that it has been sent so far
};
struct leadership_changed {
  bool leads = false;
};
struct fetch_ended {
  std::uint64_t fetch = 0;
  std::shared_ptr<const fetched_answer> answer;
};
struct handler_ended {
  std::uint64_t run = 0;
  std::shared_ptr<const handler_result> result;
};
struct watch_due {
  std::uint64_t watch = 0; ///< as the supervisor counts them
};

// ---- Gossip

struct exchange_ended {
  std::uint64_t token = 0; ///< of the own stream
  std::string frame;       ///< that came back
  std::string failure;     ///< why there is none; empty: there is
};
struct join_ended {
  std::uint64_t reached = 0; ///< members that answered
  std::string failure;       ///< empty: none
};
struct step_ended {
  leave_step step = leave_step::start;
};
struct step_timed_out {
  leave_step step = leave_step::start;
};

// ---- The agent

struct registry_loaded {
  std::string refusal; ///< why it does not take the configuration's services and checks; empty: it has them
};
struct child_due {
  std::string name;
};

/// Marks the types of this namespace, which argument-dependent lookup finds.
template <class T>
void stays_in_process(const T&);

} // namespace messages

} // namespace praetor

namespace caf {
template <class T>
struct allowed_unsafe_message_type<praetor::local<T>> : std::true_type {};
template <class Purpose>
struct allowed_unsafe_message_type<praetor::wake_up<Purpose>> : std::true_type {};
template <class T>
requires requires(const T& x) { stays_in_process(x); }
struct allowed_unsafe_message_type<T> : std::true_type {};
} // namespace caf
