#pragma once

#include <caf/all.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

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

struct error;
struct service_definition;
struct check_definition;
struct probe_result;
struct service_registration;
struct check_registration;
struct log_job;
struct store_job;
struct leadership;
struct watch_request;
struct log_written_report;
struct remote_call;
struct remote_envelope;
struct received_message;
struct link_outcome;
struct link_answer;
struct forwarded_request;
struct log_state;
struct remote_outcome;
struct known_servers;
struct membership_change;
struct chunk_outcome;
struct installed_state;
struct snapshot_export;
struct gossip_command;
struct gossip_packet;
struct gossip_request;
struct event_wait;
struct cache_request;
struct fetched_answer;
struct handler_result;
struct configured_watch;
struct execution_reply;
class byte_pipe;

namespace swim {
struct user_event;
} // namespace swim

namespace storage {
class scratch_file;
} // namespace storage

namespace state {
struct apply_result;
class store;
} // namespace state

namespace raft {
struct snapshot_meta;
struct configuration;
struct chunk_request;
struct chunk_received;
} // namespace raft

struct raft_status;
struct node_coordinate;
struct node_identity;
struct node_records;
struct snapshot_policy;
struct tag_settlement;
struct push_result;

namespace config {
struct runtime_config;
} // namespace config

/// Called once with the outcome of a write, from the thread that applied it.
using apply_callback = std::function<void(const state::apply_result&)>;
/// Called once; null means that all went well.
using done_callback = std::function<void(const error*)>;
/// Called once; with an archive of the state, or why there is none.
using archive_callback = std::function<void(const snapshot_export*, const error*)>;

/// A command for the Raft log (type byte and MessagePack) and who waits for its result.
struct proposal;

/// A range of committed entries on its way to the state machine.
struct apply_batch;

/// What became of a session's renewal.
enum class renewal : std::uint8_t { renewed, unknown_session, not_leader };

/// Who is at the other end of a connection: established once, when the connection was made, and stamped onto each
/// message when it is read from it. Nothing that the peer sends afterwards can change it.
struct peer_identity {
  std::uint64_t connection = 0; ///< this process's number of the connection, never used again; 0: none
  std::string id, name, datacenter;
  std::string address;            ///< "ip:port" that it connects from
  std::vector<std::string> names; ///< that its certificate, issued by the configured authority, is valid for
  bool claims_server = false;     ///< the peer says that it is a server
  bool certified_server = false;  ///< its certificate says so: it names a server of the datacenter

  bool operator==(const peer_identity&) const = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, peer_identity& x) {
  return f(caf::meta::type_name("peer_identity"), x.connection, x.id, x.name, x.datacenter, x.address, x.names,
           x.claims_server, x.certified_server);
}

/// One request or answer between processes: its format's version, what it is, and MessagePack.
struct envelope {
  std::uint16_t version = 1;
  std::uint16_t kind = 0;
  std::string bytes;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, envelope& x) {
  return f(caf::meta::type_name("envelope"), x.version, x.kind, x.bytes);
}

} // namespace praetor

namespace caf {
template <class T>
struct allowed_unsafe_message_type<praetor::local<T>> : std::true_type {};
template <class Purpose>
struct allowed_unsafe_message_type<praetor::wake_up<Purpose>> : std::true_type {};
} // namespace caf

CAF_BEGIN_TYPE_ID_BLOCK(praetor, first_custom_type_id)
CAF_ADD_TYPE_ID(praetor, (praetor::envelope))
CAF_ADD_TYPE_ID(praetor, (praetor::peer_identity))
CAF_ADD_ATOM(praetor, praetor, propose_atom, "propose")
CAF_ADD_ATOM(praetor, praetor, flush_atom, "flush")
CAF_ADD_ATOM(praetor, praetor, written_atom, "written")
CAF_ADD_ATOM(praetor, praetor, wake_atom, "wake")
CAF_ADD_ATOM(praetor, praetor, append_atom, "append")
CAF_ADD_ATOM(praetor, praetor, compact_atom, "compact")
CAF_ADD_ATOM(praetor, praetor, execute_atom, "execute")
CAF_ADD_ATOM(praetor, praetor, read_atom, "readindex")
CAF_ADD_ATOM(praetor, praetor, applied_atom, "applied")
CAF_ADD_ATOM(praetor, praetor, snapshot_atom, "snapshot")
CAF_ADD_ATOM(praetor, praetor, leader_atom, "leader")
CAF_ADD_ATOM(praetor, praetor, renew_atom, "renew")
CAF_ADD_ATOM(praetor, praetor, remaining_atom, "remaining")
CAF_ADD_ATOM(praetor, praetor, watch_atom, "watch")
CAF_ADD_ATOM(praetor, praetor, leave_atom, "leave")
CAF_ADD_ATOM(praetor, praetor, ended_atom, "ended")
CAF_ADD_ATOM(praetor, praetor, service_atom, "service")
CAF_ADD_ATOM(praetor, praetor, check_atom, "check")
CAF_ADD_ATOM(praetor, praetor, remove_atom, "remove")
CAF_ADD_ATOM(praetor, praetor, result_atom, "result")
CAF_ADD_ATOM(praetor, praetor, ttl_atom, "ttl")
CAF_ADD_ATOM(praetor, praetor, maintain_atom, "maintain")
CAF_ADD_ATOM(praetor, praetor, changed_atom, "changed")
CAF_ADD_ATOM(praetor, praetor, stored_atom, "stored")
CAF_ADD_ATOM(praetor, praetor, sync_atom, "sync")
CAF_ADD_ATOM(praetor, praetor, reload_atom, "reload")
CAF_ADD_ATOM(praetor, praetor, start_atom, "start")
CAF_ADD_ATOM(praetor, praetor, stop_atom, "stop")
CAF_ADD_ATOM(praetor, praetor, rpc_atom, "rpc")
CAF_ADD_ATOM(praetor, praetor, probe_atom, "probe")
CAF_ADD_ATOM(praetor, praetor, status_atom, "status")
CAF_ADD_ATOM(praetor, praetor, send_atom, "send")
CAF_ADD_ATOM(praetor, praetor, link_atom, "link")
CAF_ADD_ATOM(praetor, praetor, forward_atom, "forward")
CAF_ADD_ATOM(praetor, praetor, members_atom, "members")
CAF_ADD_ATOM(praetor, praetor, transfer_atom, "transfer")
CAF_ADD_ATOM(praetor, praetor, chunk_atom, "chunk")
CAF_ADD_ATOM(praetor, praetor, locate_atom, "locate")
CAF_ADD_ATOM(praetor, praetor, gossip_atom, "gossip")
CAF_ADD_ATOM(praetor, praetor, packet_atom, "packet")
CAF_ADD_ATOM(praetor, praetor, archive_atom, "archive")
CAF_ADD_ATOM(praetor, praetor, restore_atom, "restore")
CAF_ADD_ATOM(praetor, praetor, stream_atom, "stream")
CAF_END_TYPE_ID_BLOCK(praetor)

namespace praetor {

// ---- Consensus
// -------------------------------------------------------------------------------------------------------

/// Puts what the Raft machine wants durable on disk, one batch and one fsync at a time. Never on a shared thread.
using log_writer_actor = caf::typed_actor<
    // Write and sync a batch, then report to whoever sent it. A failure ends the process.
    caf::reacts_to<append_atom, local<std::shared_ptr<log_job>>>,
    // All batches that were in the mailbox are written: sync them together.
    caf::reacts_to<flush_atom>,
    // Entries up to and including this index are in two snapshots: drop them.
    caf::reacts_to<compact_atom, std::uint64_t>,
    // Report how much room there is, as a job without a write.
    caf::reacts_to<probe_atom>>;

/// Applies committed entries in order, publishes the new state and answers each caller with its own result.
using state_machine_actor = caf::typed_actor<
    // The next entries.
    caf::reacts_to<execute_atom, local<std::shared_ptr<apply_batch>>>,
    // Call back when the state contains this index.
    caf::reacts_to<applied_atom, std::uint64_t, local<std::function<void()>>>,
    // A snapshot of another server is durable here: it takes the place of the whole state. The sender hears when it
    // has.
    caf::reacts_to<snapshot_atom, local<std::shared_ptr<installed_state>>>>;

/// One Raft peer: turns messages into inputs of the machine and its outputs into messages and writes.
using raft_peer_actor = caf::typed_actor<
    // Append a command. The callback hears the result of applying it, or why it was not appended.
    caf::reacts_to<propose_atom, local<std::shared_ptr<proposal>>>,
    // All proposals that were in the mailbox have been read: hand them on as one batch.
    caf::reacts_to<flush_atom>,
    // The log writer has made a batch durable.
    caf::reacts_to<written_atom, local<std::shared_ptr<log_written_report>>>,
    // A deadline of the machine has come.
    caf::reacts_to<wake_up<>>,
    // Call back once this peer has confirmed with a quorum that it leads and has applied what was committed (null), or
    // why that failed.
    caf::reacts_to<read_atom, local<done_callback>>,
    // The state machine has applied everything up to this index.
    caf::reacts_to<applied_atom, std::uint64_t>,
    // A snapshot is durable, and log entries up to and including this index may go.
    caf::reacts_to<snapshot_atom, local<std::shared_ptr<const raft::snapshot_meta>>, std::uint64_t>,
    // The log has no entries up to and including this index any more.
    caf::reacts_to<compact_atom, std::uint64_t>,
    // What operators ask: the callback gets a copy of the figures.
    caf::reacts_to<status_atom, local<std::function<void(const raft_status&)>>>,
    // Hand leadership over and take no further part: the process is about to end.
    caf::reacts_to<stop_atom, local<done_callback>>,
    // A Raft message of another server, encoded, as its gateway received it.
    caf::reacts_to<send_atom, local<std::shared_ptr<const received_message>>>,
    // The link to the server of this id came up (true) or broke (false).
    caf::reacts_to<link_atom, std::string, bool>,
    // Change the configuration: add, promote, demote, remove a server.
    caf::reacts_to<members_atom, local<std::shared_ptr<membership_change>>>,
    // Hand leadership over to the server of this id, "" = whoever is furthest ahead; hears when that ended.
    caf::reacts_to<transfer_atom, std::string, local<done_callback>>,
    // What the snapshotter did with a piece of a snapshot.
    caf::reacts_to<chunk_atom, local<std::shared_ptr<chunk_outcome>>>,
    // Begin a new cluster of these members, the same on each of them; refused where there is a log already.
    caf::reacts_to<start_atom, local<std::shared_ptr<const raft::configuration>>, local<done_callback>>>;

/// Writes snapshots of the state when enough has been applied since the last one, reads and keeps those that servers
/// send each other, and makes and takes in archives for users. Never on a shared thread.
using snapshotter_actor = caf::typed_actor<
    // The peer to tell of snapshots, and to ask for the members, and who takes over an installed one; sent once.
    caf::reacts_to<leader_atom, raft_peer_actor, state_machine_actor>,
    // The state now contains this index and term.
    caf::reacts_to<applied_atom, std::uint64_t, std::uint64_t>,
    // Time to look whether the threshold was passed.
    caf::reacts_to<wake_atom>,
    // The peer's answer: take one.
    caf::reacts_to<status_atom, local<std::shared_ptr<raft_status>>>,
    // Other limits.
    caf::reacts_to<reload_atom, local<snapshot_policy>>,
    // Read a piece of a snapshot for a follower; the sender hears the outcome.
    caf::reacts_to<chunk_atom, local<std::shared_ptr<raft::chunk_request>>>,
    // Keep a piece of the leader's snapshot; the last one replaces the state. The sender hears the outcome.
    caf::reacts_to<chunk_atom, local<std::shared_ptr<raft::chunk_received>>>,
    // The state machine has taken over the state of this snapshot.
    caf::reacts_to<snapshot_atom, local<std::shared_ptr<installed_state>>>,
    // Make an archive of the state for a user.
    caf::reacts_to<archive_atom, local<archive_callback>>,
    // Put an archive's state in the place of that of all servers; only the leader takes it.
    caf::reacts_to<restore_atom, local<std::shared_ptr<storage::scratch_file>>, local<done_callback>>,
    // A piece of the archive of this restore went through the log ("") or why it did not.
    caf::reacts_to<restore_atom, std::uint64_t, std::string>>;

/// Carries writes to the leader: here, or on another server; holds them while there is none.
using rpc_router_actor = caf::typed_actor<
    // Like raft_peer's, but retried while there is no leader, until rpc_hold_timeout.
    caf::reacts_to<propose_atom, local<std::shared_ptr<proposal>>>,
    // Like raft_peer's, held likewise while this server leads but may not answer yet; an error at once where it does
    // not.
    caf::reacts_to<read_atom, local<done_callback>>,
    // Try again what is held.
    caf::reacts_to<wake_atom>,
    // Time to spread the agents over the servers anew; the number tells stale wake-ups from the newest.
    caf::reacts_to<sync_atom, std::uint64_t>,
    // Something that another server has to do.
    caf::reacts_to<forward_atom, local<std::shared_ptr<forwarded_request>>>,
    // Nobody waits for it any more.
    caf::reacts_to<leave_atom, local<std::shared_ptr<forwarded_request>>>,
    // An attempt at it ended: its number, the answer or why there is none, and whether it may have arrived.
    caf::reacts_to<result_atom, std::uint64_t, local<std::shared_ptr<remote_outcome>>>,
    // The servers that gossip knows now: links are made to them, and ended to those that are gone.
    caf::reacts_to<members_atom, local<std::shared_ptr<const known_servers>>>,
    // The link to the server of this id came up (true) or broke (false).
    caf::reacts_to<link_atom, std::string, bool>>;

/// The gateway of another process as a connection shows it: what may be sent over the wire.
using remote_gateway_actor = caf::typed_actor<
    // One request.
    caf::replies_to<rpc_atom, envelope>::with<envelope>,
    // A message that is not answered.
    caf::reacts_to<send_atom, envelope>>;

/// What a server answers to others. The connector stamps the peer's identity onto what it reads; nothing without a
/// stamp is understood here.
using rpc_gateway_actor = caf::typed_actor<
    // One request of another process.
    caf::replies_to<rpc_atom, envelope, peer_identity>::with<envelope>,
    // A message that is not answered.
    caf::reacts_to<send_atom, envelope, peer_identity>,
    // The connection of this number has ended: nobody waits for the answers to its requests.
    caf::reacts_to<leave_atom, std::uint64_t>,
    // The request of this number, as the gateway counts, is answered.
    caf::reacts_to<result_atom, std::uint64_t, envelope>,
    // It is answered, and the rest of the answer comes through the pipe: the peer pulls it.
    caf::reacts_to<stream_atom, std::uint64_t, envelope, local<std::shared_ptr<byte_pipe>>>,
    // A pipe of the request of this number has bytes for the peer, or room for what the peer has pushed.
    caf::reacts_to<stream_atom, std::uint64_t>,
    // Time to look for streams that stand still.
    caf::reacts_to<wake_atom>>;

/// Keeps one connection to one other server: made again with growing waits when it breaks, and never holding more
/// unsent bytes than its window.
using peer_link_actor = caf::typed_actor<
    // A request. Its callback runs once: with the answer, or with why there is none and whether it may have arrived.
    caf::reacts_to<rpc_atom, local<std::shared_ptr<remote_call>>>,
    // A message that is not answered; lost without a word while the link is down or its window is full.
    caf::reacts_to<send_atom, local<std::shared_ptr<remote_envelope>>>,
    // The server is reached elsewhere now ("ip:port").
    caf::reacts_to<changed_atom, std::string>,
    // An attempt to connect ended: its number, and the gateway's handle or what went wrong.
    caf::reacts_to<link_atom, std::uint64_t, local<std::shared_ptr<link_outcome>>>,
    // The other side answered a request: its number, and the answer.
    caf::reacts_to<rpc_atom, std::uint64_t, local<std::shared_ptr<link_answer>>>,
    // Time to try again, or to give up on requests whose deadline has come.
    caf::reacts_to<wake_up<>>>;

/// Moves the bytes of one stream between a pipe of this process and a server: pulls the rest of an answer, or pushes
/// that of a request. Ends with the stream.
using link_stream_actor = caf::typed_actor<
    // A pull or a push came to this.
    caf::reacts_to<result_atom, local<std::shared_ptr<remote_outcome>>>,
    // The pipe has room or bytes, or its other side has left.
    caf::reacts_to<wake_atom>,
    // The request that the stream belongs to has ended.
    caf::reacts_to<leave_atom>>;

// ---- Leader's duties
// -------------------------------------------------------------------------------------------------

/// Starts what only a leader does when leadership is gained, and ends it when it is lost.
using leader_duties_actor = caf::typed_actor<
    // Leadership was gained in this term, and all earlier entries are applied.
    caf::reacts_to<start_atom, std::uint64_t>,
    // It was lost.
    caf::reacts_to<stop_atom>,
    // The gossip pool's members changed.
    caf::reacts_to<members_atom>,
    // A client renewed its session.
    caf::reacts_to<renew_atom, std::string, local<std::function<void(renewal)>>>,
    // A node has a new network coordinate; lost without a word while this server does not lead.
    caf::reacts_to<locate_atom, local<std::shared_ptr<const node_coordinate>>>>;

/// Counts down one session's TTL on the leader and asks for its end when it runs out.
using session_timer_actor = caf::typed_actor<
    // The owner renewed the session: start the countdown afresh.
    caf::reacts_to<renew_atom>,
    // The countdown has come to its end.
    caf::reacts_to<wake_up<>>,
    // The destroy command failed or its outcome is unknown: try again later.
    caf::reacts_to<result_atom, bool>>;

/// Keeps a session_timer for each session with a TTL.
using session_timers_actor = caf::typed_actor<
    // The sessions table changed: compare it with the timers.
    caf::reacts_to<changed_atom>,
    // A client renewed its session: the callback hears whether it exists.
    caf::reacts_to<renew_atom, std::string, local<std::function<void(bool)>>>>;

/// Gathers network coordinates and writes them to the log a batch at a time.
using coordinate_batcher_actor = caf::typed_actor<
    // A node's new coordinate takes the place of one that still waits.
    caf::reacts_to<locate_atom, local<std::shared_ptr<const node_coordinate>>>,
    // Write what has been gathered.
    caf::reacts_to<wake_atom>>;

/// Deletes tombstones when every client has had time to see them.
using tombstone_reaper_actor = caf::typed_actor<
    // The tombstones' index moved.
    caf::reacts_to<changed_atom>,
    // A bin of deletions has grown old enough.
    caf::reacts_to<wake_atom>>;

/// Makes the catalog agree with the members: node, serfHealth and, for servers, the consul service.
using reconciler_actor = caf::typed_actor<
    // Look again.
    caf::reacts_to<wake_atom>,
    // A write of the last pass ended; true if it worked.
    caf::reacts_to<result_atom, bool>,
    // Look again out of turn.
    caf::reacts_to<sync_atom>>;

/// Watches how the servers fare, and keeps the Raft configuration in line with the servers that gossip knows.
using autopilot_actor = caf::typed_actor<
    // Look how they fare, now and from now on again and again.
    caf::reacts_to<wake_atom>,
    // Gossip knows other servers now: see at once whether the configuration fits.
    caf::reacts_to<members_atom>,
    // The peer's figures.
    caf::reacts_to<status_atom, local<std::shared_ptr<raft_status>>>,
    // A change of the configuration ended; true if it was committed.
    caf::reacts_to<result_atom, bool>>;

/// Begins a new cluster once bootstrap_expect servers know of each other and none of them has a log.
using bootstrap_actor = caf::typed_actor<
    // Look again.
    caf::reacts_to<wake_atom>,
    // The answer of the server with this id in this round; null: it could not be asked.
    caf::reacts_to<result_atom, std::uint64_t, std::string, local<std::shared_ptr<const log_state>>>,
    // The own peer has a configuration now.
    caf::reacts_to<ended_atom>>;

/// Makes the datacenter's root certificate, once.
using ca_initializer_actor = caf::typed_actor<
    // Look whether there is an active root, and make one if not.
    caf::reacts_to<wake_atom>,
    // Writing it failed.
    caf::reacts_to<result_atom, bool>>;

/// Writes the access control records that every cluster has, and deletes tokens when they expire.
using access_keeper_actor = caf::typed_actor<
    // Write what is missing.
    caf::reacts_to<start_atom>,
    // A write ended; true if it worked.
    caf::reacts_to<result_atom, bool>,
    // Another token may be the next to expire.
    caf::reacts_to<changed_atom>,
    // The next one may have expired.
    caf::reacts_to<wake_up<>>>;

// ---- The agent's own services and checks
// -----------------------------------------------------------------------------

/// Brings the agent's own services and checks to the catalog, and takes away what is not there.
using anti_entropy_actor = caf::typed_actor<
    // A service of this id changed in the registry.
    caf::reacts_to<changed_atom, service_atom, std::string>,
    // A check of this id changed.
    caf::reacts_to<changed_atom, check_atom, std::string>,
    // The node's own record changed.
    caf::reacts_to<changed_atom, local<std::shared_ptr<node_identity>>>,
    // Push what changed.
    caf::reacts_to<sync_atom>,
    // The state can be read: compare everything now, and from now on again and again.
    caf::reacts_to<start_atom>,
    // A server was found: compare everything soon.
    caf::reacts_to<members_atom>,
    // What a server says that the catalog has of this node; null if none could be asked.
    caf::reacts_to<result_atom, local<std::shared_ptr<const node_records>>>,
    // Time to compare everything.
    caf::reacts_to<wake_up<>>,
    // A pushed change ended.
    caf::reacts_to<result_atom, local<std::shared_ptr<const push_result>>>>;

/// The agent's own services and checks: the truth that anti_entropy brings to the catalog.
using registry_actor = caf::typed_actor<
    // Add or replace a service with its checks. The callback hears when it is kept durably.
    caf::reacts_to<service_atom, local<std::shared_ptr<service_registration>>, local<done_callback>>,
    // Remove a service, its checks and its sidecar.
    caf::reacts_to<remove_atom, service_atom, std::string, local<done_callback>>,
    // Add or replace a check.
    caf::reacts_to<check_atom, local<std::shared_ptr<check_registration>>, local<done_callback>>,
    // Remove a check.
    caf::reacts_to<remove_atom, check_atom, std::string, local<done_callback>>,
    // A health worker's verdict: check id, status, output.
    caf::reacts_to<result_atom, std::string, std::string, std::string>,
    // A client sets a TTL check: check id, status, output.
    caf::reacts_to<ttl_atom, std::string, std::string, std::string, local<done_callback>>,
    // Maintenance on or off: service id ("" = the node), reason, the token to register it with ("" = what is configured
    // for all).
    caf::reacts_to<maintain_atom, std::string, bool, std::string, std::string, local<done_callback>>,
    // The configuration was read again: take over what changed of its services and checks. The callback hears why none
    // of it was taken, or that it is kept durably.
    caf::reacts_to<reload_atom, local<std::shared_ptr<const config::runtime_config>>, local<done_callback>>,
    // The catalog has had the tags of a service's definition: what stands there is in force.
    caf::reacts_to<changed_atom, local<std::shared_ptr<const tag_settlement>>>,
    // The store has made the changes up to this number durable.
    caf::reacts_to<stored_atom, std::uint64_t>,
    // Who brings changes to the catalog; sent once.
    caf::reacts_to<sync_atom, anti_entropy_actor>,
    // A deferred output may be due.
    caf::reacts_to<sync_atom>,
    // Time to look for services whose checks have been critical for too long.
    caf::reacts_to<wake_atom>>;

/// Writes the registry's changes to the agent's own store, many with one fsync. Never on a shared thread.
using registry_writer_actor = caf::typed_actor<
    // Write a batch and sync; the sender hears its number in stored_atom. A failure ends the process.
    caf::reacts_to<append_atom, local<std::shared_ptr<store_job>>>>;

/// Carries out one health check, again and again.
using check_runner_actor = caf::typed_actor<
    // Time for the next attempt.
    caf::reacts_to<wake_atom, std::uint64_t>,
    // An attempt ended.
    caf::reacts_to<result_atom, std::uint64_t, local<std::shared_ptr<probe_result>>>,
    // For checks by TTL: the client has spoken, start the countdown afresh.
    caf::reacts_to<renew_atom>>;

// ---- Watches
// ---------------------------------------------------------------------------------------------------------

/// One query that clients wait for: evaluated and rendered once whenever what it read changes, handed to all of them.
using watch_subscriber_actor = caf::typed_actor<
    // One more connection waits.
    caf::reacts_to<watch_atom, local<std::shared_ptr<watch_request>>>,
    // A connection went away.
    caf::reacts_to<leave_atom, local<std::shared_ptr<watch_request>>>,
    // Something the query read has changed.
    caf::reacts_to<changed_atom, std::uint64_t>,
    // The first deadline among the waiting has come.
    caf::reacts_to<wake_up<>>,
    // This agent no longer leads: everyone who waits is told to ask again.
    caf::reacts_to<leader_atom, bool>>;

/// Finds the watch_subscriber of a query, or starts it.
using watch_directory_actor = caf::typed_actor<
    // A connection wants to wait.
    caf::reacts_to<watch_atom, local<std::shared_ptr<watch_request>>>,
    // A connection went away.
    caf::reacts_to<leave_atom, local<std::shared_ptr<watch_request>>>,
    // A subscriber has nobody left and asks to end: its query's key, and how many requests it has been sent so far.
    caf::reacts_to<ended_atom, std::string, std::uint64_t>,
    // Leadership was lost: everyone who waits is told to ask again.
    caf::reacts_to<leader_atom, bool>>;

/// The kept answer to one question that other servers answer: fetched again, in the background, whenever it changes.
using cached_answer_actor = caf::typed_actor<
    // A client asks.
    caf::reacts_to<watch_atom, local<std::shared_ptr<cache_request>>>,
    // It went away.
    caf::reacts_to<leave_atom, local<std::shared_ptr<cache_request>>>,
    // The fetch of this number ended: the answer, or why there is none.
    caf::reacts_to<result_atom, std::uint64_t, local<std::shared_ptr<const fetched_answer>>>,
    // Time to look whether to fetch again.
    caf::reacts_to<wake_up<fetch_again>>,
    // The first deadline among the waiting has come.
    caf::reacts_to<wake_up<deadline_reached>>>;

/// Finds the cached_answer of a question, or starts it; ends those that were not asked for too long, or are too many.
using answer_cache_actor = caf::typed_actor<
    // A client asks.
    caf::reacts_to<watch_atom, local<std::shared_ptr<cache_request>>>,
    // It went away.
    caf::reacts_to<leave_atom, local<std::shared_ptr<cache_request>>>,
    // Time to look for answers that nobody has asked for.
    caf::reacts_to<wake_atom>>;

/// Carries out one watch of the configuration: asks as a client would, with the watch's token, and runs its handler at
/// the first answer and at each change. It asks no further while the handler runs, so that one watch never has two
/// runs at the same time; what changes meanwhile is the next news.
using watch_runner_actor = caf::typed_actor<
    // The question of this number has been answered, or a pause is over.
    caf::reacts_to<wake_atom, std::uint64_t>,
    // The handler's run of this number has ended.
    caf::reacts_to<result_atom, std::uint64_t, local<std::shared_ptr<const handler_result>>>>;

/// Holds the watches of the agent's configuration: one watch_runner each, started again with a growing pause if it
/// fails.
using watch_supervisor_actor = caf::typed_actor<
    // The watches of the configuration that holds from now on. Those that it has in common with the one before go on
    // undisturbed.
    caf::reacts_to<reload_atom, local<std::vector<configured_watch>>>,
    // The runner of this number may have failed and is due.
    caf::reacts_to<wake_atom, std::uint64_t>>;

// ---- Gossip
// ------------------------------------------------------------------------------------------------------

/// One member of a gossip pool: turns packets, frames and time into inputs of the machine, and its outputs into
/// packets, frames and news for the agent.
using gossip_prober_actor = caf::typed_actor<
    // A datagram arrived.
    caf::reacts_to<packet_atom, local<std::shared_ptr<gossip_packet>>>,
    // Another member opened a stream and waits for the answer to its frame.
    caf::reacts_to<packet_atom, local<std::shared_ptr<gossip_request>>>,
    // An own stream ended: its token, the frame that came back, and why there is none ("" if there is).
    caf::reacts_to<result_atom, std::uint64_t, std::string, std::string>,
    // A deadline of the machine has come.
    caf::reacts_to<wake_up<>>,
    // All inputs that were in the mailbox have been read: publish the members, write the rejoin snapshot.
    caf::reacts_to<flush_atom>,
    // Something that a client or another part of the agent asks of the pool.
    caf::reacts_to<gossip_atom, local<std::shared_ptr<gossip_command>>>,
    // Whether unsealed gossip is accepted and sent may have changed.
    caf::reacts_to<reload_atom, local<std::shared_ptr<const config::runtime_config>>>>;

/// Joins a gossip pool at the agent's start, again and again until somebody answered.
using retry_joiner_actor = caf::typed_actor<
    // Try.
    caf::reacts_to<wake_atom>,
    // A try ended: how many members answered, and what went wrong.
    caf::reacts_to<result_atom, std::uint64_t, std::string>>;

/// Keeps the newest user events that were meant for this agent.
using user_events_actor = caf::typed_actor<
    // An event came through gossip.
    caf::reacts_to<gossip_atom, local<std::shared_ptr<const swim::user_event>>>,
    // A client wants to see them, or to wait for the next.
    caf::reacts_to<watch_atom, local<std::shared_ptr<event_wait>>>,
    // The client went away.
    caf::reacts_to<leave_atom, local<std::shared_ptr<event_wait>>>,
    // The first deadline among the waiting may have come.
    caf::reacts_to<wake_atom>>;

/// Carries out one command that came by a user event: reads it from the key-value store, and writes there what comes of
/// it.
using remote_execution_actor = caf::typed_actor<
    // The answer to the request under way.
    caf::reacts_to<result_atom, std::uint64_t, local<std::shared_ptr<const execution_reply>>>,
    // The command has written this.
    caf::reacts_to<packet_atom, std::string>,
    // It has ended, with this exit code.
    caf::reacts_to<ended_atom, std::int32_t>,
    // Gathered output is due, or a sign of life.
    caf::reacts_to<wake_up<>>>;

/// Tells the leader every now and then where in the network this agent is.
using coordinate_sender_actor = caf::typed_actor<
    // Time to tell.
    caf::reacts_to<wake_atom>,
    // Where that is.
    caf::reacts_to<locate_atom, local<std::shared_ptr<const node_coordinate>>>>;

/// Takes this agent out of its cluster, so that nobody takes its end for a failure: leadership is handed over, the
/// gossip pools are told, requests are served until clients have turned to others, and the vote is given up.
using leaver_actor = caf::typed_actor<
    // The step of this number is through.
    caf::reacts_to<result_atom, std::uint64_t>,
    // Time is up for the step of this number.
    caf::reacts_to<wake_atom, std::uint64_t>,
    // The peer's figures.
    caf::reacts_to<status_atom, local<std::shared_ptr<raft_status>>>>;

// ---- Telemetry
// ----------------------------------------------------------------------------------------------------

/// Tells an agent's telemetry the time whenever one of its intervals ends.
using metrics_clock_actor = caf::typed_actor<
    // The running interval may be over.
    caf::reacts_to<wake_atom>>;

// ---- The agent
// -------------------------------------------------------------------------------------------------------

/// The root: starts the others for its role, watches over them, reloads and stops.
using agent_actor = caf::typed_actor<
    // Take over a new configuration. The callback hears why nothing of it was taken, or that it is in force.
    caf::reacts_to<reload_atom, local<std::shared_ptr<const config::runtime_config>>, local<done_callback>>,
    // The registry has its services and checks (""), or why it does not take those of the configuration.
    caf::reacts_to<result_atom, std::string>,
    // The raft peer's role changed.
    caf::reacts_to<leader_atom, local<std::shared_ptr<const leadership>>>,
    // The members of the own pool were published.
    caf::reacts_to<members_atom>,
    // A child that may be started again is due.
    caf::reacts_to<wake_atom, std::string>,
    // Leave the cluster in order, so that nobody takes the end for a failure; the callback runs when that is done.
    caf::reacts_to<leave_atom, local<done_callback>>,
    // End everything in order; the callback runs when all is down.
    caf::reacts_to<stop_atom, local<done_callback>>,
    // The raft peer has stood down: end the rest.
    caf::reacts_to<ended_atom, local<done_callback>>>;

} // namespace praetor
