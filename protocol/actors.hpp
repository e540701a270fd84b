#pragma once

#include "protocol/messages.hpp"

#include <caf/all.hpp>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace praetor {

struct service_definition;
struct check_definition;
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
struct forwarded_request;
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
struct configured_watch;

namespace swim {
struct user_event;
} // namespace swim

namespace storage {
class scratch_file;
} // namespace storage

namespace state {
class store;
} // namespace state

namespace raft {
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

/// Called once; with an archive of the state, or why there is none.
using archive_callback = std::function<void(const snapshot_export*, const error*)>;

/// A command for the Raft log (type byte and MessagePack) and the callback for its result.
struct proposal;

/// A range of committed entries on its way to the state machine.
struct apply_batch;

} // namespace praetor

CAF_BEGIN_TYPE_ID_BLOCK(praetor, first_custom_type_id)
CAF_ADD_TYPE_ID(praetor, (praetor::envelope))
CAF_ADD_TYPE_ID(praetor, (praetor::peer_identity))
CAF_ADD_ATOM(praetor, praetor, propose_atom, "propose")
CAF_ADD_ATOM(praetor, praetor, flush_atom, "flush")
CAF_ADD_ATOM(praetor, praetor, written_atom, "written")
CAF_ADD_ATOM(praetor, praetor, wake_atom, "wake")
CAF_ADD_ATOM(praetor, praetor, append_atom, "append")
CAF_ADD_ATOM(praetor, praetor, execute_atom, "execute")
CAF_ADD_ATOM(praetor, praetor, read_atom, "readindex")
CAF_ADD_ATOM(praetor, praetor, snapshot_atom, "snapshot")
CAF_ADD_ATOM(praetor, praetor, leader_atom, "leader")
CAF_ADD_ATOM(praetor, praetor, renew_atom, "renew")
CAF_ADD_ATOM(praetor, praetor, watch_atom, "watch")
CAF_ADD_ATOM(praetor, praetor, leave_atom, "leave")
CAF_ADD_ATOM(praetor, praetor, ended_atom, "ended")
CAF_ADD_ATOM(praetor, praetor, service_atom, "service")
CAF_ADD_ATOM(praetor, praetor, check_atom, "check")
CAF_ADD_ATOM(praetor, praetor, result_atom, "result")
CAF_ADD_ATOM(praetor, praetor, changed_atom, "changed")
CAF_ADD_ATOM(praetor, praetor, sync_atom, "sync")
CAF_ADD_ATOM(praetor, praetor, reload_atom, "reload")
CAF_ADD_ATOM(praetor, praetor, start_atom, "start")
CAF_ADD_ATOM(praetor, praetor, stop_atom, "stop")
CAF_ADD_ATOM(praetor, praetor, rpc_atom, "rpc")
CAF_ADD_ATOM(praetor, praetor, probe_atom, "probe")
CAF_ADD_ATOM(praetor, praetor, status_atom, "status")
CAF_ADD_ATOM(praetor, praetor, send_atom, "send")
CAF_ADD_ATOM(praetor, praetor, forward_atom, "forward")
CAF_ADD_ATOM(praetor, praetor, members_atom, "members")
CAF_ADD_ATOM(praetor, praetor, chunk_atom, "chunk")
CAF_ADD_ATOM(praetor, praetor, locate_atom, "locate")
CAF_ADD_ATOM(praetor, praetor, gossip_atom, "gossip")
CAF_ADD_ATOM(praetor, praetor, packet_atom, "packet")
CAF_ADD_ATOM(praetor, praetor, archive_atom, "archive")
CAF_ADD_ATOM(praetor, praetor, restore_atom, "restore")
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
    // Drop entries that the snapshots cover.
    caf::reacts_to<messages::compact_log>,
    // Report how much room there is, as a job without a write.
    caf::reacts_to<probe_atom>>;

/// Applies committed entries in order, publishes the new state and completes each caller with its own result.
using state_machine_actor = caf::typed_actor<
    // The next entries.
    caf::reacts_to<execute_atom, local<std::shared_ptr<apply_batch>>>,
    // Call back when the state contains this index.
    caf::reacts_to<messages::await_applied>,
    // A snapshot of another server is durable here: it takes the place of the whole state. The sender hears when it
    // has.
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
    // The state machine has applied entries.
    caf::reacts_to<messages::entries_applied>,
    // A snapshot is durable, and log entries that it covers may go.
    caf::reacts_to<messages::snapshot_written>,
    // The log writer has dropped entries.
    caf::reacts_to<messages::log_compacted>,
    // What operators ask: the callback gets a copy of the figures.
    caf::reacts_to<status_atom, local<std::function<void(const raft_status&)>>>,
    // Transfer leadership and take no further part: the process is shutting down.
    caf::reacts_to<stop_atom, local<done_callback>>,
    // An encoded Raft message of another server, as the gateway received it.
    caf::reacts_to<send_atom, local<std::shared_ptr<const received_message>>>,
    // The link to a server came up or broke.
    caf::reacts_to<messages::link_changed>,
    // Change the configuration: add, promote, demote, remove a server.
    caf::reacts_to<members_atom, local<std::shared_ptr<membership_change>>>,
    // Hand leadership over; the callback hears when that ended.
    caf::reacts_to<messages::transfer_leadership>,
    // What the snapshotter did with a piece of a snapshot.
    caf::reacts_to<chunk_atom, local<std::shared_ptr<chunk_outcome>>>,
    // Bootstrap a cluster of these members, the same list on each of them. Refused if a log exists.
    caf::reacts_to<start_atom, local<std::shared_ptr<const raft::configuration>>, local<done_callback>>>;

/// Takes snapshots of the state when enough entries were applied since the last one, reads and stores the chunks that
/// servers exchange, and exports and restores archives for users. Never on a shared thread.
using snapshotter_actor = caf::typed_actor<
    // The peer to notify of snapshots and to ask for the members, and the state machine that takes over an installed
    // one; sent once.
    caf::reacts_to<leader_atom, raft_peer_actor, state_machine_actor>,
    // The state machine has applied entries.
    caf::reacts_to<messages::entries_applied>,
    // Time to look whether the threshold was passed.
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
    // A piece of a restore's archive went through the log, or did not.
    caf::reacts_to<messages::restore_piece_ended>>;

/// Forwards writes to the leader, local or remote, and holds them while there is none.
using rpc_router_actor = caf::typed_actor<
    // Like raft_peer's, but retried while there is no leader, until rpc_hold_timeout.
    caf::reacts_to<propose_atom, local<std::shared_ptr<proposal>>>,
    // Like raft_peer's. Held likewise while this server leads but is not ready; fails at once if it does not lead.
    caf::reacts_to<read_atom, local<done_callback>>,
    // Retry the held requests.
    caf::reacts_to<wake_atom>,
    // Time to spread the agents over the servers anew.
    caf::reacts_to<wake_up<spread_agents>>,
    // Something that another server has to do.
    caf::reacts_to<forward_atom, local<std::shared_ptr<forwarded_request>>>,
    // The caller no longer waits for it.
    caf::reacts_to<leave_atom, local<std::shared_ptr<forwarded_request>>>,
    // An attempt at it ended: with the answer or why there is none, and whether it may have arrived.
    caf::reacts_to<messages::attempt_ended>,
    // The servers that gossip knows now: links are made to them, and ended to those that are gone.
    caf::reacts_to<members_atom, local<std::shared_ptr<const known_servers>>>,
    // The link to a server came up or broke.
    caf::reacts_to<messages::link_changed>>;

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
    // A connection has ended: nobody waits for the answers to its requests.
    caf::reacts_to<messages::connection_ended>,
    // A request is answered, or the beginning of its answer is here and the peer pulls the rest.
    caf::reacts_to<messages::request_answered>,
    // A pipe of a request has bytes for the peer, or room for what the peer has pushed.
    caf::reacts_to<messages::stream_ready>,
    // Time to look for streams that stand still.
    caf::reacts_to<wake_atom>>;

/// Keeps one connection to one server. Reconnects with backoff, and never holds more unsent bytes than its window.
using peer_link_actor = caf::typed_actor<
    // A request. Its callback runs once, with the answer or with the error and whether the request may have arrived.
    caf::reacts_to<rpc_atom, local<std::shared_ptr<remote_call>>>,
    // A one-way message, dropped silently while the link is down or its window is full.
    caf::reacts_to<send_atom, local<std::shared_ptr<remote_envelope>>>,
    // The server is reached elsewhere now.
    caf::reacts_to<messages::server_moved>,
    // An attempt to connect ended: with the gateway's handle or what went wrong.
    caf::reacts_to<messages::connect_ended>,
    // The other side answered a request.
    caf::reacts_to<messages::link_answered>,
    // Time to try again, or to give up on requests whose deadline has come.
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
    // Leadership was gained, and all earlier entries are applied.
    caf::reacts_to<messages::leadership_gained>,
    // It was lost.
    caf::reacts_to<stop_atom>,
    // The gossip pool's members changed.
    caf::reacts_to<members_atom>,
    // A client renewed its session.
    caf::reacts_to<messages::renew_session>,
    // A node has a new network coordinate; lost without a word while this server does not lead.
    caf::reacts_to<locate_atom, local<std::shared_ptr<const node_coordinate>>>>;

/// Counts down one session's TTL on the leader and destroys the session when it expires.
using session_timer_actor = caf::typed_actor<
    // The owner renewed the session: start the countdown afresh.
    caf::reacts_to<renew_atom>,
    // The TTL has expired.
    caf::reacts_to<wake_up<>>,
    // The destroy command ended; if it failed or its outcome is unknown, try again later.
    caf::reacts_to<messages::write_ended>>;

/// Keeps one session_timer for each session with a TTL.
using session_timers_actor = caf::typed_actor<
    // The sessions table changed: compare it with the timers.
    caf::reacts_to<changed_atom>,
    // A client renewed its session.
    caf::reacts_to<messages::renew_timer>>;

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
    // A write of the last pass ended.
    caf::reacts_to<messages::write_ended>,
    // Look again out of turn.
    caf::reacts_to<sync_atom>>;

/// Watches the servers' health, and keeps the Raft configuration in line with the servers that gossip knows.
using autopilot_actor = caf::typed_actor<
    // Assess the servers, now and periodically from now on.
    caf::reacts_to<wake_atom>,
    // The servers in gossip changed: check the configuration at once.
    caf::reacts_to<members_atom>,
    // The peer's status.
    caf::reacts_to<status_atom, local<std::shared_ptr<raft_status>>>,
    // A change of the configuration ended.
    caf::reacts_to<messages::members_change_ended>>;

/// Bootstraps a new cluster once bootstrap_expect servers know each other and none of them has a log.
using bootstrap_actor = caf::typed_actor<
    // Check again.
    caf::reacts_to<wake_atom>,
    // A server's answer in this round.
    caf::reacts_to<messages::log_state_answered>,
    // The own peer has a configuration now.
    caf::reacts_to<ended_atom>>;

/// Creates the datacenter's root certificate, once.
using ca_initializer_actor = caf::typed_actor<
    // Create the root certificate unless one is active.
    caf::reacts_to<wake_atom>,
    // Writing it ended.
    caf::reacts_to<messages::write_ended>>;

/// Writes the built-in ACL records of every cluster, and deletes expired tokens.
using access_keeper_actor = caf::typed_actor<
    // Write the missing records.
    caf::reacts_to<start_atom>,
    // A write ended.
    caf::reacts_to<messages::write_ended>,
    // Another token may be the next to expire.
    caf::reacts_to<changed_atom>,
    // The next token may have expired.
    caf::reacts_to<wake_up<>>>;

// ---- The agent's own services and checks
// -----------------------------------------------------------------------------

/// Syncs the agent's services and checks to the catalog, and removes stale entries from it.
using anti_entropy_actor = caf::typed_actor<
    // A service changed in the registry.
    caf::reacts_to<messages::service_changed>,
    // A check changed.
    caf::reacts_to<messages::check_changed>,
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
    caf::reacts_to<messages::remove_service>,
    // Add or replace a check.
    caf::reacts_to<check_atom, local<std::shared_ptr<check_registration>>, local<done_callback>>,
    // Remove a check.
    caf::reacts_to<messages::remove_check>,
    // A health worker's verdict.
    caf::reacts_to<messages::check_result>,
    // A client sets a TTL check.
    caf::reacts_to<messages::update_ttl>,
    // Maintenance on or off.
    caf::reacts_to<messages::set_maintenance>,
    // The configuration was read again: take over what changed of its services and checks. The callback hears why none
    // of it was taken, or that it is kept durably.
    caf::reacts_to<reload_atom, local<std::shared_ptr<const config::runtime_config>>, local<done_callback>>,
    // The catalog has had the tags of a service's definition: the catalog's tags are in force.
    caf::reacts_to<changed_atom, local<std::shared_ptr<const tag_settlement>>>,
    // The store has made changes durable.
    caf::reacts_to<messages::changes_stored>,
    // Who brings changes to the catalog; sent once.
    caf::reacts_to<sync_atom, anti_entropy_actor>,
    // A deferred output may be due.
    caf::reacts_to<sync_atom>,
    // Time to look for services whose checks have been critical for too long.
    caf::reacts_to<wake_atom>>;

/// Writes the registry's changes to the agent's own store, with one fsync for many changes. Never on a shared thread.
using registry_writer_actor = caf::typed_actor<
    // Write a batch and sync; the sender hears its number in changes_stored. A failure ends the process.
    caf::reacts_to<append_atom, local<std::shared_ptr<store_job>>>>;

/// Runs one health check periodically.
using check_runner_actor = caf::typed_actor<
    // Time for the next attempt.
    caf::reacts_to<wake_up<>>,
    // An attempt ended.
    caf::reacts_to<messages::probe_ended>,
    // For checks by TTL: the client has spoken, start the countdown afresh.
    caf::reacts_to<renew_atom>>;

// ---- Watches
// ---------------------------------------------------------------------------------------------------------

/// One query that clients wait for. Evaluated and rendered once per change of its data; all waiters share the result.
using watch_subscriber_actor = caf::typed_actor<
    // One more connection waits.
    caf::reacts_to<watch_atom, local<std::shared_ptr<watch_request>>>,
    // A connection closed.
    caf::reacts_to<leave_atom, local<std::shared_ptr<watch_request>>>,
    // Something the query read has changed.
    caf::reacts_to<messages::query_changed>,
    // The first deadline among the waiting has come.
    caf::reacts_to<wake_up<>>,
    // This agent no longer leads: everyone who waits is told to ask again.
    caf::reacts_to<messages::leadership_changed>>;

/// Finds or starts the watch_subscriber of a query.
using watch_directory_actor = caf::typed_actor<
    // A connection wants to wait.
    caf::reacts_to<watch_atom, local<std::shared_ptr<watch_request>>>,
    // A connection closed.
    caf::reacts_to<leave_atom, local<std::shared_ptr<watch_request>>>,
    // A subscriber has nobody left and asks to end.
    caf::reacts_to<messages::subscriber_idle>,
    // Leadership was gained, or lost: then everyone who waits is told to ask again.
    caf::reacts_to<messages::leadership_changed>>;

/// The cached answer to one query that other servers answer. Refreshed in the background whenever it changes.
using cached_answer_actor = caf::typed_actor<
    // A client asks.
    caf::reacts_to<watch_atom, local<std::shared_ptr<cache_request>>>,
    // The client went away.
    caf::reacts_to<leave_atom, local<std::shared_ptr<cache_request>>>,
    // A fetch ended: with the answer, or why there is none.
    caf::reacts_to<messages::fetch_ended>,
    // Time to look whether to fetch again.
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
    // The question under way has been answered, or a pause is over.
    caf::reacts_to<wake_up<>>,
    // The handler has ended.
    caf::reacts_to<messages::handler_ended>>;

/// Holds the watches of the agent's configuration: one watch_runner each, restarted with backoff if it fails.
using watch_supervisor_actor = caf::typed_actor<
    // The watches of the new configuration. Unchanged watches continue undisturbed.
    caf::reacts_to<reload_atom, local<std::vector<configured_watch>>>,
    // A runner may have failed and is due.
    caf::reacts_to<messages::watch_due>>;

// ---- Gossip
// ------------------------------------------------------------------------------------------------------

/// One member of a gossip pool: turns packets, frames and time into inputs of the SWIM machine, and its outputs into
/// packets, frames and events for the agent.
using gossip_prober_actor = caf::typed_actor<
    // A datagram arrived.
    caf::reacts_to<packet_atom, local<std::shared_ptr<gossip_packet>>>,
    // Another member opened a stream and waits for a reply frame.
    caf::reacts_to<packet_atom, local<std::shared_ptr<gossip_request>>>,
    // An own stream ended.
    caf::reacts_to<messages::exchange_ended>,
    // A deadline of the machine has come.
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
    // A try ended.
    caf::reacts_to<messages::join_ended>>;

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
    // The answer to the request under way.
    caf::reacts_to<messages::execution_answered>,
    // The command has written something.
    caf::reacts_to<messages::command_output>,
    // It has ended.
    caf::reacts_to<messages::command_ended>,
    // Gathered output is due, or a sign of life.
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
    // A step is through.
    caf::reacts_to<messages::step_ended>,
    // Time is up for a step.
    caf::reacts_to<messages::step_timed_out>,
    // The peer's figures.
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
    // The registry has its services and checks, or does not take those of the configuration.
    caf::reacts_to<messages::registry_loaded>,
    // The raft peer's role changed.
    caf::reacts_to<leader_atom, local<std::shared_ptr<const leadership>>>,
    // The members of the local pool were published.
    caf::reacts_to<members_atom>,
    // A child that may be started again is due.
    caf::reacts_to<messages::child_due>,
    // Leave the cluster in order, so that nobody takes the end for a failure; the callback runs when that is done.
    caf::reacts_to<leave_atom, local<done_callback>>,
    // Shut down in order; the callback runs when everything has stopped.
    caf::reacts_to<stop_atom, local<done_callback>>,
    // The raft peer has stepped down: stop the rest.
    caf::reacts_to<ended_atom, local<done_callback>>>;

} // namespace praetor
