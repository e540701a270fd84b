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

/// A command for the Raft log (type byte and MessagePack) and who waits for its result.
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

/// Puts what the Raft machine wants durable on disk, one batch and one fsync at a time. Never on a shared thread.
using log_writer_actor = caf::typed_actor<
    // Write and sync a batch, then report to whoever sent it. A failure ends the process.
    caf::reacts_to<append_atom, local<std::shared_ptr<log_job>>>,
    // All batches that were in the mailbox are written: sync them together.
    caf::reacts_to<flush_atom>,
    // Drop entries that the snapshots cover.
    caf::reacts_to<messages::compact_log>,
    // Report how much room there is, as a job without a write.
    caf::reacts_to<probe_atom>>;

/// Applies committed entries in order, publishes the new state and answers each caller with its own result.
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
    // The state machine has applied entries.
    caf::reacts_to<messages::entries_applied>,
    // A snapshot is durable, and log entries that it covers may go.
    caf::reacts_to<messages::snapshot_written>,
    // The log writer has dropped entries.
    caf::reacts_to<messages::log_compacted>,
    // What operators ask: the callback gets a copy of the figures.
    caf::reacts_to<status_atom, local<std::function<void(const raft_status&)>>>,
    // Hand leadership over and take no further part: the process is about to end.
    caf::reacts_to<stop_atom, local<done_callback>>,
    // A Raft message of another server, encoded, as its gateway received it.
    caf::reacts_to<send_atom, local<std::shared_ptr<const received_message>>>,
    // The link to a server came up or broke.
    caf::reacts_to<messages::link_changed>,
    // Change the configuration: add, promote, demote, remove a server.
    caf::reacts_to<members_atom, local<std::shared_ptr<membership_change>>>,
    // Hand leadership over; the callback hears when that ended.
    caf::reacts_to<messages::transfer_leadership>,
    // What the snapshotter did with a piece of a snapshot.
    caf::reacts_to<chunk_atom, local<std::shared_ptr<chunk_outcome>>>,
    // Begin a new cluster of these members, the same on each of them; refused where there is a log already.
    caf::reacts_to<start_atom, local<std::shared_ptr<const raft::configuration>>, local<done_callback>>>;

/// Writes snapshots of the state when enough has been applied since the last one, reads and keeps those that servers
/// send each other, and makes and takes in archives for users. Never on a shared thread.
using snapshotter_actor = caf::typed_actor<
    // The peer to tell of snapshots, and to ask for the members, and who takes over an installed one; sent once.
    caf::reacts_to<leader_atom, raft_peer_actor, state_machine_actor>,
    // The state machine has applied entries.
    caf::reacts_to<messages::entries_applied>,
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
    // A piece of a restore's archive went through the log, or did not.
    caf::reacts_to<messages::restore_piece_ended>>;

/// Carries writes to the leader: here, or on another server; holds them while there is none.
using rpc_router_actor = caf::typed_actor<
    // Like raft_peer's, but retried while there is no leader, until rpc_hold_timeout.
    caf::reacts_to<propose_atom, local<std::shared_ptr<proposal>>>,
    // Like raft_peer's, held likewise while this server leads but may not answer yet; an error at once where it does
    // not.
    caf::reacts_to<read_atom, local<done_callback>>,
    // Try again what is held.
    caf::reacts_to<wake_atom>,
    // Time to spread the agents over the servers anew.
    caf::reacts_to<wake_up<spread_agents>>,
    // Something that another server has to do.
    caf::reacts_to<forward_atom, local<std::shared_ptr<forwarded_request>>>,
    // Nobody waits for it any more.
    caf::reacts_to<leave_atom, local<std::shared_ptr<forwarded_request>>>,
    // An attempt at it ended: with the answer or why there is none, and whether it may have arrived.
    caf::reacts_to<messages::attempt_ended>,
    // The servers that gossip knows now: links are made to them, and ended to those that are gone.
    caf::reacts_to<members_atom, local<std::shared_ptr<const known_servers>>>,
    // The link to a server came up or broke.
    caf::reacts_to<messages::link_changed>>;

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
    // A connection has ended: nobody waits for the answers to its requests.
    caf::reacts_to<messages::connection_ended>,
    // A request is answered, or the beginning of its answer is here and the peer pulls the rest.
    caf::reacts_to<messages::request_answered>,
    // A pipe of a request has bytes for the peer, or room for what the peer has pushed.
    caf::reacts_to<messages::stream_ready>,
    // Time to look for streams that stand still.
    caf::reacts_to<wake_atom>>;

/// Keeps one connection to one other server: made again with growing waits when it breaks, and never holding more
/// unsent bytes than its window.
using peer_link_actor = caf::typed_actor<
    // A request. Its callback runs once: with the answer, or with why there is none and whether it may have arrived.
    caf::reacts_to<rpc_atom, local<std::shared_ptr<remote_call>>>,
    // A message that is not answered; lost without a word while the link is down or its window is full.
    caf::reacts_to<send_atom, local<std::shared_ptr<remote_envelope>>>,
    // The server is reached elsewhere now.
    caf::reacts_to<messages::server_moved>,
    // An attempt to connect ended: with the gateway's handle or what went wrong.
    caf::reacts_to<messages::connect_ended>,
    // The other side answered a request.
    caf::reacts_to<messages::link_answered>,
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

/// Counts down one session's TTL on the leader and asks for its end when it runs out.
using session_timer_actor = caf::typed_actor<
    // The owner renewed the session: start the countdown afresh.
    caf::reacts_to<renew_atom>,
    // The countdown has come to its end.
    caf::reacts_to<wake_up<>>,
    // The destroy command ended; if it failed or its outcome is unknown, try again later.
    caf::reacts_to<messages::write_ended>>;

/// Keeps a session_timer for each session with a TTL.
using session_timers_actor = caf::typed_actor<
    // The sessions table changed: compare it with the timers.
    caf::reacts_to<changed_atom>,
    // A client renewed its session.
    caf::reacts_to<messages::renew_timer>>;

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
    // A write of the last pass ended.
    caf::reacts_to<messages::write_ended>,
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
    // A change of the configuration ended.
    caf::reacts_to<messages::members_change_ended>>;

/// Begins a new cluster once bootstrap_expect servers know of each other and none of them has a log.
using bootstrap_actor = caf::typed_actor<
    // Look again.
    caf::reacts_to<wake_atom>,
    // A server's answer in this round.
    caf::reacts_to<messages::log_state_answered>,
    // The own peer has a configuration now.
    caf::reacts_to<ended_atom>>;

/// Makes the datacenter's root certificate, once.
using ca_initializer_actor = caf::typed_actor<
    // Look whether there is an active root, and make one if not.
    caf::reacts_to<wake_atom>,
    // Writing it ended.
    caf::reacts_to<messages::write_ended>>;

/// Writes the access control records that every cluster has, and deletes tokens when they expire.
using access_keeper_actor = caf::typed_actor<
    // Write what is missing.
    caf::reacts_to<start_atom>,
    // A write ended.
    caf::reacts_to<messages::write_ended>,
    // Another token may be the next to expire.
    caf::reacts_to<changed_atom>,
    // The next one may have expired.
    caf::reacts_to<wake_up<>>>;

// ---- The agent's own services and checks
// -----------------------------------------------------------------------------

/// Brings the agent's own services and checks to the catalog, and takes away what is not there.
using anti_entropy_actor = caf::typed_actor<
    // A service changed in the registry.
    caf::reacts_to<messages::service_changed>,
    // A check changed.
    caf::reacts_to<messages::check_changed>,
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
    // The catalog has had the tags of a service's definition: what stands there is in force.
    caf::reacts_to<changed_atom, local<std::shared_ptr<const tag_settlement>>>,
    // The store has made changes durable.
    caf::reacts_to<messages::changes_stored>,
    // Who brings changes to the catalog; sent once.
    caf::reacts_to<sync_atom, anti_entropy_actor>,
    // A deferred output may be due.
    caf::reacts_to<sync_atom>,
    // Time to look for services whose checks have been critical for too long.
    caf::reacts_to<wake_atom>>;

/// Writes the registry's changes to the agent's own store, many with one fsync. Never on a shared thread.
using registry_writer_actor = caf::typed_actor<
    // Write a batch and sync; the sender hears its number in changes_stored. A failure ends the process.
    caf::reacts_to<append_atom, local<std::shared_ptr<store_job>>>>;

/// Carries out one health check, again and again.
using check_runner_actor = caf::typed_actor<
    // Time for the next attempt.
    caf::reacts_to<wake_up<>>,
    // An attempt ended.
    caf::reacts_to<messages::probe_ended>,
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
    caf::reacts_to<messages::query_changed>,
    // The first deadline among the waiting has come.
    caf::reacts_to<wake_up<>>,
    // This agent no longer leads: everyone who waits is told to ask again.
    caf::reacts_to<messages::leadership_changed>>;

/// Finds the watch_subscriber of a query, or starts it.
using watch_directory_actor = caf::typed_actor<
    // A connection wants to wait.
    caf::reacts_to<watch_atom, local<std::shared_ptr<watch_request>>>,
    // A connection went away.
    caf::reacts_to<leave_atom, local<std::shared_ptr<watch_request>>>,
    // A subscriber has nobody left and asks to end.
    caf::reacts_to<messages::subscriber_idle>,
    // Leadership was gained, or lost: then everyone who waits is told to ask again.
    caf::reacts_to<messages::leadership_changed>>;

/// The kept answer to one question that other servers answer: fetched again, in the background, whenever it changes.
using cached_answer_actor = caf::typed_actor<
    // A client asks.
    caf::reacts_to<watch_atom, local<std::shared_ptr<cache_request>>>,
    // It went away.
    caf::reacts_to<leave_atom, local<std::shared_ptr<cache_request>>>,
    // A fetch ended: with the answer, or why there is none.
    caf::reacts_to<messages::fetch_ended>,
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
    // The question under way has been answered, or a pause is over.
    caf::reacts_to<wake_up<>>,
    // The handler has ended.
    caf::reacts_to<messages::handler_ended>>;

/// Holds the watches of the agent's configuration: one watch_runner each, started again with a growing pause if it
/// fails.
using watch_supervisor_actor = caf::typed_actor<
    // The watches of the configuration that holds from now on. Those that it has in common with the one before go on
    // undisturbed.
    caf::reacts_to<reload_atom, local<std::vector<configured_watch>>>,
    // A runner may have failed and is due.
    caf::reacts_to<messages::watch_due>>;

// ---- Gossip
// ------------------------------------------------------------------------------------------------------

/// One member of a gossip pool: turns packets, frames and time into inputs of the machine, and its outputs into
/// packets, frames and news for the agent.
using gossip_prober_actor = caf::typed_actor<
    // A datagram arrived.
    caf::reacts_to<packet_atom, local<std::shared_ptr<gossip_packet>>>,
    // Another member opened a stream and waits for the answer to its frame.
    caf::reacts_to<packet_atom, local<std::shared_ptr<gossip_request>>>,
    // An own stream ended.
    caf::reacts_to<messages::exchange_ended>,
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
    // A try ended.
    caf::reacts_to<messages::join_ended>>;

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
    caf::reacts_to<messages::execution_answered>,
    // The command has written something.
    caf::reacts_to<messages::command_output>,
    // It has ended.
    caf::reacts_to<messages::command_ended>,
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
    // A step is through.
    caf::reacts_to<messages::step_ended>,
    // Time is up for a step.
    caf::reacts_to<messages::step_timed_out>,
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
    // The registry has its services and checks, or does not take those of the configuration.
    caf::reacts_to<messages::registry_loaded>,
    // The raft peer's role changed.
    caf::reacts_to<leader_atom, local<std::shared_ptr<const leadership>>>,
    // The members of the own pool were published.
    caf::reacts_to<members_atom>,
    // A child that may be started again is due.
    caf::reacts_to<messages::child_due>,
    // Leave the cluster in order, so that nobody takes the end for a failure; the callback runs when that is done.
    caf::reacts_to<leave_atom, local<done_callback>>,
    // End everything in order; the callback runs when all is down.
    caf::reacts_to<stop_atom, local<done_callback>>,
    // The raft peer has stood down: end the rest.
    caf::reacts_to<ended_atom, local<done_callback>>>;

} // namespace praetor
