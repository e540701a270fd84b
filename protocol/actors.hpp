#pragma once

#include <caf/all.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace praetor {

/// A value that never leaves its process. It may hold pointers and callbacks, and is not serialized.
template <class T>
struct local {
  T value;
};

/// Sent by a deadline_timer (actors/deadline_timer.hpp). The number tells stale wake-ups from the newest one; the
/// purpose tells the timers of one actor apart.
template <class Purpose = void>
struct wake_up {
  std::uint64_t number = 0;
};
struct fetch_again;      ///< purpose: refresh a cached answer
struct deadline_reached; ///< purpose: the earliest deadline of the waiters

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

/// Called once with the outcome of a write, on the thread that applied it.
using apply_callback = std::function<void(const state::apply_result&)>;
/// Called once; null means success.
using done_callback = std::function<void(const error*)>;
/// Called once, with an archive of the state or the error.
using archive_callback = std::function<void(const snapshot_export*, const error*)>;

/// A command for the Raft log (type byte and MessagePack) and the callback for its result.
struct proposal;

/// A range of committed entries on its way to the state machine.
struct apply_batch;

/// The outcome of a session renewal.
enum class renewal : std::uint8_t { renewed, unknown_session, not_leader };

/// The identity of a connection's peer. It is established once, when the connection is made, and stamped onto each
/// message as it is read. Nothing that the peer sends later can change it.
struct peer_identity {
  std::uint64_t connection = 0; ///< this process's number for the connection, never reused; 0: none
  std::string id, name, datacenter;
  std::string address;            ///< the remote "ip:port"
  std::vector<std::string> names; ///< the names in its certificate, if the configured authority issued it
  bool claims_server = false;     ///< the peer says that it is a server
  bool certified_server = false;  ///< its certificate names a server of the datacenter

  bool operator==(const peer_identity&) const = default;
};
template <class Inspector>
typename Inspector::result_type inspect(Inspector& f, peer_identity& x) {
  return f(caf::meta::type_name("peer_identity"), x.connection, x.id, x.name, x.datacenter, x.address, x.names,
           x.claims_server, x.certified_server);
}

/// One request or answer between processes: format version, kind and MessagePack body.
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

/// Makes the output of the Raft machine durable, one batch and one fsync at a time. Never on a shared thread.
using log_writer_actor = caf::typed_actor<
    // Write and sync a batch, then report to the sender. A failure stops the process.
    caf::reacts_to<append_atom, local<std::shared_ptr<log_job>>>,
    // Every batch of the mailbox is written: sync them together.
    caf::reacts_to<flush_atom>,
    // Two snapshots cover the entries up to and including this index: delete them.
    caf::reacts_to<compact_atom, std::uint64_t>,
    // Report the free space, as a job without a write.
    caf::reacts_to<probe_atom>>;

/// Applies committed entries in order, publishes the new state and completes each caller with its own result.
using state_machine_actor = caf::typed_actor<
    // The next entries.
    caf::reacts_to<execute_atom, local<std::shared_ptr<apply_batch>>>,
    // Call back once the state includes this index.
    caf::reacts_to<applied_atom, std::uint64_t, local<std::function<void()>>>,
    // A snapshot of another server is durable here and replaces the whole state. The sender is notified once it has.
    caf::reacts_to<snapshot_atom, local<std::shared_ptr<installed_state>>>>;

/// One Raft peer: turns messages into inputs of the machine and its outputs into messages and writes.
using raft_peer_actor = caf::typed_actor<
    // Append a command. The callback gets the result of applying it, or why it was not appended.
    caf::reacts_to<propose_atom, local<std::shared_ptr<proposal>>>,
    // Every proposal of the mailbox has been read: append them as one batch.
    caf::reacts_to<flush_atom>,
    // The log writer has made a batch durable.
    caf::reacts_to<written_atom, local<std::shared_ptr<log_written_report>>>,
    // A deadline of the machine has passed.
    caf::reacts_to<wake_up<>>,
    // Call back once this peer has confirmed its leadership with a quorum and applied all committed entries (null), or
    // with the error.
    caf::reacts_to<read_atom, local<done_callback>>,
    // The state machine has applied everything up to this index.
    caf::reacts_to<applied_atom, std::uint64_t>,
    // A snapshot is durable; log entries up to and including this index may be deleted.
    caf::reacts_to<snapshot_atom, local<std::shared_ptr<const raft::snapshot_meta>>, std::uint64_t>,
    // The log no longer holds entries up to and including this index.
    caf::reacts_to<compact_atom, std::uint64_t>,
    // Report the status: the callback gets a copy.
    caf::reacts_to<status_atom, local<std::function<void(const raft_status&)>>>,
    // Transfer leadership and take no further part: the process is shutting down.
    caf::reacts_to<stop_atom, local<done_callback>>,
    // An encoded Raft message of another server, as the gateway received it.
    caf::reacts_to<send_atom, local<std::shared_ptr<const received_message>>>,
    // The link to the server with this id came up (true) or broke (false).
    caf::reacts_to<link_atom, std::string, bool>,
    // Change the configuration: add, promote, demote, remove a server.
    caf::reacts_to<members_atom, local<std::shared_ptr<membership_change>>>,
    // Transfer leadership to the server with this id ("": the most up-to-date voter). The callback runs when the
    // transfer has ended.
    caf::reacts_to<transfer_atom, std::string, local<done_callback>>,
    // The snapshotter's result for a snapshot chunk.
    caf::reacts_to<chunk_atom, local<std::shared_ptr<chunk_outcome>>>,
    // Bootstrap a cluster of these members, the same list on each of them. Refused if a log exists.
    caf::reacts_to<start_atom, local<std::shared_ptr<const raft::configuration>>, local<done_callback>>>;

/// Takes snapshots of the state when enough entries were applied since the last one, reads and stores the chunks that
/// servers exchange, and exports and restores archives for users. Never on a shared thread.
using snapshotter_actor = caf::typed_actor<
    // The peer to notify of snapshots and to ask for the members, and the state machine that takes over an installed
    // one; sent once.
    caf::reacts_to<leader_atom, raft_peer_actor, state_machine_actor>,
    // The state now includes this index and term.
    caf::reacts_to<applied_atom, std::uint64_t, std::uint64_t>,
    // Time to check the snapshot threshold.
    caf::reacts_to<wake_atom>,
    // The peer's answer: take a snapshot.
    caf::reacts_to<status_atom, local<std::shared_ptr<raft_status>>>,
    // New snapshot limits.
    caf::reacts_to<reload_atom, local<snapshot_policy>>,
    // Read a chunk of a snapshot for a follower; the sender gets the outcome.
    caf::reacts_to<chunk_atom, local<std::shared_ptr<raft::chunk_request>>>,
    // Store a chunk of the leader's snapshot; the last one replaces the state. The sender gets the outcome.
    caf::reacts_to<chunk_atom, local<std::shared_ptr<raft::chunk_received>>>,
    // The state machine has taken over the state of this snapshot.
    caf::reacts_to<snapshot_atom, local<std::shared_ptr<installed_state>>>,
    // Make an archive of the state for a user.
    caf::reacts_to<archive_atom, local<archive_callback>>,
    // Replace the state of all servers with an archive's. Only the leader accepts it.
    caf::reacts_to<restore_atom, local<std::shared_ptr<storage::scratch_file>>, local<done_callback>>,
    // A chunk of this restore's archive was committed ("") or failed with this error.
    caf::reacts_to<restore_atom, std::uint64_t, std::string>>;

/// Forwards writes to the leader, local or remote, and holds them while there is none.
using rpc_router_actor = caf::typed_actor<
    // Like raft_peer's, but retried while there is no leader, until rpc_hold_timeout.
    caf::reacts_to<propose_atom, local<std::shared_ptr<proposal>>>,
    // Like raft_peer's. Held likewise while this server leads but is not ready; fails at once if it does not lead.
    caf::reacts_to<read_atom, local<done_callback>>,
    // Retry the held requests.
    caf::reacts_to<wake_atom>,
    // Time to rebalance the agents over the servers. The number tells stale wake-ups from the newest one.
    caf::reacts_to<sync_atom, std::uint64_t>,
    // A request for another server.
    caf::reacts_to<forward_atom, local<std::shared_ptr<forwarded_request>>>,
    // The caller no longer waits for it.
    caf::reacts_to<leave_atom, local<std::shared_ptr<forwarded_request>>>,
    // An attempt ended: its number, the answer or the error, and whether the request may have arrived.
    caf::reacts_to<result_atom, std::uint64_t, local<std::shared_ptr<remote_outcome>>>,
    // The servers that gossip knows. Opens links to new ones and closes those to servers that are gone.
    caf::reacts_to<members_atom, local<std::shared_ptr<const known_servers>>>,
    // The link to the server with this id came up (true) or broke (false).
    caf::reacts_to<link_atom, std::string, bool>>;

/// The gateway of another process as seen over a connection: the messages that may cross the wire.
using remote_gateway_actor = caf::typed_actor<
    // One request.
    caf::replies_to<rpc_atom, envelope>::with<envelope>,
    // A one-way message.
    caf::reacts_to<send_atom, envelope>>;

/// Answers other agents' requests. The connector stamps the peer's identity onto each message; the gateway accepts
/// nothing without a stamp.
using rpc_gateway_actor = caf::typed_actor<
    // A request of another process.
    caf::replies_to<rpc_atom, envelope, peer_identity>::with<envelope>,
    // A one-way message.
    caf::reacts_to<send_atom, envelope, peer_identity>,
    // This connection has ended: cancel its requests.
    caf::reacts_to<leave_atom, std::uint64_t>,
    // The request with this gateway number is answered.
    caf::reacts_to<result_atom, std::uint64_t, envelope>,
    // It is answered, and the peer pulls the rest of the answer from the pipe.
    caf::reacts_to<stream_atom, std::uint64_t, envelope, local<std::shared_ptr<byte_pipe>>>,
    // A pipe of this request has bytes for the peer, or room for the peer's next push.
    caf::reacts_to<stream_atom, std::uint64_t>,
    // Time to look for stalled streams.
    caf::reacts_to<wake_atom>>;

/// Keeps one connection to one server. Reconnects with backoff, and never holds more unsent bytes than its window.
using peer_link_actor = caf::typed_actor<
    // A request. Its callback runs once, with the answer or with the error and whether the request may have arrived.
    caf::reacts_to<rpc_atom, local<std::shared_ptr<remote_call>>>,
    // A one-way message, dropped silently while the link is down or its window is full.
    caf::reacts_to<send_atom, local<std::shared_ptr<remote_envelope>>>,
    // The server's address changed ("ip:port").
    caf::reacts_to<changed_atom, std::string>,
    // A connection attempt ended: its number, and the gateway's handle or the error.
    caf::reacts_to<link_atom, std::uint64_t, local<std::shared_ptr<link_outcome>>>,
    // The peer answered a request: its number and the answer.
    caf::reacts_to<rpc_atom, std::uint64_t, local<std::shared_ptr<link_answer>>>,
    // Time to reconnect, or to fail requests whose deadline has passed.
    caf::reacts_to<wake_up<>>>;

/// Moves the bytes of one stream between a local pipe and a server: pulls the rest of an answer, or pushes the rest of
/// a request. Ends with the stream.
using link_stream_actor = caf::typed_actor<
    // A pull or a push ended with this outcome.
    caf::reacts_to<result_atom, local<std::shared_ptr<remote_outcome>>>,
    // The pipe has room or bytes, or its other side has closed.
    caf::reacts_to<wake_atom>,
    // The stream's request has ended.
    caf::reacts_to<leave_atom>>;

// ---- Leader's duties
// -------------------------------------------------------------------------------------------------

/// Starts the leader's duties when this server gains leadership and stops them when it loses it.
using leader_duties_actor = caf::typed_actor<
    // Leadership was gained in this term, and all earlier entries are applied.
    caf::reacts_to<start_atom, std::uint64_t>,
    // Leadership was lost.
    caf::reacts_to<stop_atom>,
    // The gossip pool's members changed.
    caf::reacts_to<members_atom>,
    // A client renewed its session.
    caf::reacts_to<renew_atom, std::string, local<std::function<void(renewal)>>>,
    // A node has a new network coordinate. Dropped silently while this server does not lead.
    caf::reacts_to<locate_atom, local<std::shared_ptr<const node_coordinate>>>>;

/// Counts down one session's TTL on the leader and destroys the session when it expires.
using session_timer_actor = caf::typed_actor<
    // The owner renewed the session: start the countdown afresh.
    caf::reacts_to<renew_atom>,
    // The TTL has expired.
    caf::reacts_to<wake_up<>>,
    // The destroy command failed or its outcome is unknown: try again later.
    caf::reacts_to<result_atom, bool>>;

/// Keeps one session_timer for each session with a TTL.
using session_timers_actor = caf::typed_actor<
    // The sessions table changed: compare it with the timers.
    caf::reacts_to<changed_atom>,
    // A client renewed its session: the callback gets whether the session exists.
    caf::reacts_to<renew_atom, std::string, local<std::function<void(bool)>>>>;

/// Collects network coordinates and writes them to the log in batches.
using coordinate_batcher_actor = caf::typed_actor<
    // A node's new coordinate replaces a pending one.
    caf::reacts_to<locate_atom, local<std::shared_ptr<const node_coordinate>>>,
    // Write the pending batch.
    caf::reacts_to<wake_atom>>;

/// Deletes tombstones once every client has had time to see them.
using tombstone_reaper_actor = caf::typed_actor<
    // The tombstones' index changed.
    caf::reacts_to<changed_atom>,
    // A bin of deletions has reached its age.
    caf::reacts_to<wake_atom>>;

/// Reconciles the catalog with the gossip members: node, serfHealth and, for servers, the consul service.
using reconciler_actor = caf::typed_actor<
    // Reconcile everything.
    caf::reacts_to<wake_atom>,
    // A write of the last pass ended; true on success.
    caf::reacts_to<result_atom, bool>,
    // Reconcile ahead of schedule.
    caf::reacts_to<sync_atom>>;

/// Watches the servers' health, and keeps the Raft configuration in line with the servers that gossip knows.
using autopilot_actor = caf::typed_actor<
    // Assess the servers, now and periodically from now on.
    caf::reacts_to<wake_atom>,
    // The servers in gossip changed: check the configuration at once.
    caf::reacts_to<members_atom>,
    // The peer's status.
    caf::reacts_to<status_atom, local<std::shared_ptr<raft_status>>>,
    // A configuration change ended; true if it was committed.
    caf::reacts_to<result_atom, bool>>;

/// Bootstraps a new cluster once bootstrap_expect servers know each other and none of them has a log.
using bootstrap_actor = caf::typed_actor<
    // Check again.
    caf::reacts_to<wake_atom>,
    // The answer of the server with this id in this round; null if it could not be reached.
    caf::reacts_to<result_atom, std::uint64_t, std::string, local<std::shared_ptr<const log_state>>>,
    // The local peer has a configuration now.
    caf::reacts_to<ended_atom>>;

/// Creates the datacenter's root certificate, once.
using ca_initializer_actor = caf::typed_actor<
    // Create the root certificate unless one is active.
    caf::reacts_to<wake_atom>,
    // A write failed (false).
    caf::reacts_to<result_atom, bool>>;

/// Writes the built-in ACL records of every cluster, and deletes expired tokens.
using access_keeper_actor = caf::typed_actor<
    // Write the missing records.
    caf::reacts_to<start_atom>,
    // A write ended; true on success.
    caf::reacts_to<result_atom, bool>,
    // The next token to expire may have changed.
    caf::reacts_to<changed_atom>,
    // The next token may have expired.
    caf::reacts_to<wake_up<>>>;

// ---- The agent's own services and checks
// -----------------------------------------------------------------------------

/// Syncs the agent's services and checks to the catalog, and removes stale entries from it.
using anti_entropy_actor = caf::typed_actor<
    // The service with this id changed in the registry.
    caf::reacts_to<changed_atom, service_atom, std::string>,
    // The check with this id changed.
    caf::reacts_to<changed_atom, check_atom, std::string>,
    // The node's own record changed.
    caf::reacts_to<changed_atom, local<std::shared_ptr<node_identity>>>,
    // Push the pending changes.
    caf::reacts_to<sync_atom>,
    // The catalog can be read: run a full sync now and periodically from now on.
    caf::reacts_to<start_atom>,
    // A server was found: run a full sync soon.
    caf::reacts_to<members_atom>,
    // The catalog's records of this node, from a server; null if no server answered.
    caf::reacts_to<result_atom, local<std::shared_ptr<const node_records>>>,
    // Time for a full sync.
    caf::reacts_to<wake_up<>>,
    // A push ended.
    caf::reacts_to<result_atom, local<std::shared_ptr<const push_result>>>>;

/// The agent's services and checks: the source of truth that anti_entropy syncs to the catalog.
using registry_actor = caf::typed_actor<
    // Add or replace a service with its checks. The callback runs once it is durable.
    caf::reacts_to<service_atom, local<std::shared_ptr<service_registration>>, local<done_callback>>,
    // Remove a service, its checks and its sidecar.
    caf::reacts_to<remove_atom, service_atom, std::string, local<done_callback>>,
    // Add or replace a check.
    caf::reacts_to<check_atom, local<std::shared_ptr<check_registration>>, local<done_callback>>,
    // Remove a check.
    caf::reacts_to<remove_atom, check_atom, std::string, local<done_callback>>,
    // A health check's result: check id, status, output.
    caf::reacts_to<result_atom, std::string, std::string, std::string>,
    // A client updates a TTL check: check id, status, output.
    caf::reacts_to<ttl_atom, std::string, std::string, std::string, local<done_callback>>,
    // Maintenance mode on or off: service id ("": the node), reason, the token to register it with ("": the configured
    // default).
    caf::reacts_to<maintain_atom, std::string, bool, std::string, std::string, local<done_callback>>,
    // The configuration was reloaded: take over the changes of its services and checks. The callback gets why none of
    // them was accepted, or runs once they are durable.
    caf::reacts_to<reload_atom, local<std::shared_ptr<const config::runtime_config>>, local<done_callback>>,
    // The catalog has had the tags of a service's definition: the catalog's tags are in force.
    caf::reacts_to<changed_atom, local<std::shared_ptr<const tag_settlement>>>,
    // The store has made the changes up to this number durable.
    caf::reacts_to<stored_atom, std::uint64_t>,
    // The actor that syncs changes to the catalog; sent once.
    caf::reacts_to<sync_atom, anti_entropy_actor>,
    // A deferred output may be due.
    caf::reacts_to<sync_atom>,
    // Time to look for services whose checks have been critical for too long.
    caf::reacts_to<wake_atom>>;

/// Writes the registry's changes to the agent's own store, with one fsync for many changes. Never on a shared thread.
using registry_writer_actor = caf::typed_actor<
    // Write a batch and sync; the sender gets its number in stored_atom. A failure stops the process.
    caf::reacts_to<append_atom, local<std::shared_ptr<store_job>>>>;

/// Runs one health check periodically.
using check_runner_actor = caf::typed_actor<
    // Time for the next attempt.
    caf::reacts_to<wake_atom, std::uint64_t>,
    // An attempt ended.
    caf::reacts_to<result_atom, std::uint64_t, local<std::shared_ptr<probe_result>>>,
    // TTL checks only: a client sent an update, restart the countdown.
    caf::reacts_to<renew_atom>>;

// ---- Watches
// ---------------------------------------------------------------------------------------------------------

/// One query that clients wait for. Evaluated and rendered once per change of its data; all waiters share the result.
using watch_subscriber_actor = caf::typed_actor<
    // One more connection waits.
    caf::reacts_to<watch_atom, local<std::shared_ptr<watch_request>>>,
    // A connection closed.
    caf::reacts_to<leave_atom, local<std::shared_ptr<watch_request>>>,
    // Data that the query read has changed.
    caf::reacts_to<changed_atom, std::uint64_t>,
    // The earliest deadline of the waiters has passed.
    caf::reacts_to<wake_up<>>,
    // This agent no longer leads: all waiters have to retry.
    caf::reacts_to<leader_atom, bool>>;

/// Finds or starts the watch_subscriber of a query.
using watch_directory_actor = caf::typed_actor<
    // A connection wants to wait.
    caf::reacts_to<watch_atom, local<std::shared_ptr<watch_request>>>,
    // A connection closed.
    caf::reacts_to<leave_atom, local<std::shared_ptr<watch_request>>>,
    // A subscriber has no waiters left and asks to stop: its query's key, and the number of requests it has received.
    caf::reacts_to<ended_atom, std::string, std::uint64_t>,
    // Leadership was lost: all waiters have to retry.
    caf::reacts_to<leader_atom, bool>>;

/// The cached answer to one query that other servers answer. Refreshed in the background whenever it changes.
using cached_answer_actor = caf::typed_actor<
    // A client asks.
    caf::reacts_to<watch_atom, local<std::shared_ptr<cache_request>>>,
    // The client went away.
    caf::reacts_to<leave_atom, local<std::shared_ptr<cache_request>>>,
    // The fetch with this number ended, with the answer or the error.
    caf::reacts_to<result_atom, std::uint64_t, local<std::shared_ptr<const fetched_answer>>>,
    // Time to consider another fetch.
    caf::reacts_to<wake_up<fetch_again>>,
    // The earliest deadline of the waiters has passed.
    caf::reacts_to<wake_up<deadline_reached>>>;

/// Finds or starts the cached_answer of a query; stops those that have been idle for too long or are too many.
using answer_cache_actor = caf::typed_actor<
    // A client asks.
    caf::reacts_to<watch_atom, local<std::shared_ptr<cache_request>>>,
    // The client went away.
    caf::reacts_to<leave_atom, local<std::shared_ptr<cache_request>>>,
    // Time to look for idle answers.
    caf::reacts_to<wake_atom>>;

/// Runs one watch of the configuration. Queries as a client would, with the watch's token, and runs the handler at the
/// first answer and at each change. Does not query while the handler runs, so that a watch never has two runs at once;
/// the next query picks up changes made meanwhile.
using watch_runner_actor = caf::typed_actor<
    // The query with this number is answered, or a pause is over.
    caf::reacts_to<wake_atom, std::uint64_t>,
    // The handler run with this number has ended.
    caf::reacts_to<result_atom, std::uint64_t, local<std::shared_ptr<const handler_result>>>>;

/// Holds the watches of the agent's configuration: one watch_runner each, restarted with backoff if it fails.
using watch_supervisor_actor = caf::typed_actor<
    // The watches of the new configuration. Unchanged watches continue undisturbed.
    caf::reacts_to<reload_atom, local<std::vector<configured_watch>>>,
    // The runner with this number is due for a restart, if it has failed.
    caf::reacts_to<wake_atom, std::uint64_t>>;

// ---- Gossip
// ------------------------------------------------------------------------------------------------------

/// One member of a gossip pool: turns packets, frames and time into inputs of the SWIM machine, and its outputs into
/// packets, frames and events for the agent.
using gossip_prober_actor = caf::typed_actor<
    // A datagram arrived.
    caf::reacts_to<packet_atom, local<std::shared_ptr<gossip_packet>>>,
    // Another member opened a stream and waits for a reply frame.
    caf::reacts_to<packet_atom, local<std::shared_ptr<gossip_request>>>,
    // A stream opened by this member ended: its token, the reply frame, and the error ("": none).
    caf::reacts_to<result_atom, std::uint64_t, std::string, std::string>,
    // A deadline of the machine has passed.
    caf::reacts_to<wake_up<>>,
    // Every input of the mailbox has been read: publish the members, write the rejoin snapshot.
    caf::reacts_to<flush_atom>,
    // A command of a client or of another part of the agent.
    caf::reacts_to<gossip_atom, local<std::shared_ptr<gossip_command>>>,
    // The rules for unencrypted gossip may have changed.
    caf::reacts_to<reload_atom, local<std::shared_ptr<const config::runtime_config>>>>;

/// Joins a gossip pool when the agent starts; retries until a member has answered.
using retry_joiner_actor = caf::typed_actor<
    // Try to join.
    caf::reacts_to<wake_atom>,
    // An attempt ended: how many members answered, and the error.
    caf::reacts_to<result_atom, std::uint64_t, std::string>>;

/// Keeps the newest user events that match this agent.
using user_events_actor = caf::typed_actor<
    // Gossip delivered an event.
    caf::reacts_to<gossip_atom, local<std::shared_ptr<const swim::user_event>>>,
    // A client wants to list events, or to wait for the next one.
    caf::reacts_to<watch_atom, local<std::shared_ptr<event_wait>>>,
    // The client went away.
    caf::reacts_to<leave_atom, local<std::shared_ptr<event_wait>>>,
    // The earliest deadline of the waiters may have passed.
    caf::reacts_to<wake_atom>>;

/// Runs one remote execution that a user event started: reads the job from the key-value store and writes its output
/// there.
using remote_execution_actor = caf::typed_actor<
    // The answer to the pending request.
    caf::reacts_to<result_atom, std::uint64_t, local<std::shared_ptr<const execution_reply>>>,
    // Output of the command.
    caf::reacts_to<packet_atom, std::string>,
    // The command exited with this code.
    caf::reacts_to<ended_atom, std::int32_t>,
    // Buffered output or a heartbeat is due.
    caf::reacts_to<wake_up<>>>;

/// Sends this agent's network coordinate to the leader periodically.
using coordinate_sender_actor = caf::typed_actor<
    // Time to send it.
    caf::reacts_to<wake_atom>,
    // The current coordinate.
    caf::reacts_to<locate_atom, local<std::shared_ptr<const node_coordinate>>>>;

/// Makes this agent leave its cluster gracefully, so that it does not count as failed: transfers leadership, leaves the
/// gossip pools, keeps serving until clients have moved to other servers, and gives up its vote.
using leaver_actor = caf::typed_actor<
    // The step with this number is done.
    caf::reacts_to<result_atom, std::uint64_t>,
    // The step with this number has timed out.
    caf::reacts_to<wake_atom, std::uint64_t>,
    // The peer's status.
    caf::reacts_to<status_atom, local<std::shared_ptr<raft_status>>>>;

// ---- Telemetry
// ----------------------------------------------------------------------------------------------------

/// Tells the telemetry the time whenever one of its intervals ends.
using metrics_clock_actor = caf::typed_actor<
    // The current interval may be over.
    caf::reacts_to<wake_atom>>;

// ---- The agent
// -------------------------------------------------------------------------------------------------------

/// The root actor: starts the actors of the agent's role, monitors them, reloads and stops.
using agent_actor = caf::typed_actor<
    // Apply a new configuration. The callback gets why it was rejected, or runs once it is in force.
    caf::reacts_to<reload_atom, local<std::shared_ptr<const config::runtime_config>>, local<done_callback>>,
    // The registry has loaded its services and checks (""), or why it rejects those of the configuration.
    caf::reacts_to<result_atom, std::string>,
    // The raft peer's role changed.
    caf::reacts_to<leader_atom, local<std::shared_ptr<const leadership>>>,
    // The members of the local pool were published.
    caf::reacts_to<members_atom>,
    // A failed child is due for a restart.
    caf::reacts_to<wake_atom, std::string>,
    // Leave the cluster gracefully, so that this agent does not count as failed; the callback runs when that is done.
    caf::reacts_to<leave_atom, local<done_callback>>,
    // Shut down in order; the callback runs when everything has stopped.
    caf::reacts_to<stop_atom, local<done_callback>>,
    // The raft peer has stepped down: stop the rest.
    caf::reacts_to<ended_atom, local<done_callback>>>;

} // namespace praetor
