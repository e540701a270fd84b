#pragma once

#include "actors/agent_view.hpp"
#include "actors/deadline_timer.hpp"
#include "actors/ports.hpp"
#include "actors/raft/log_writer.hpp"
#include "actors/raft/membership_change.hpp"
#include "actors/raft/proposal.hpp"
#include "actors/raft/raft_status.hpp"
#include "actors/raft/snapshotter.hpp"
#include "protocol/actors.hpp"
#include "protocol/raft/machine.hpp"

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <utility>
#include <vector>

namespace praetor {

/// The options of a Raft peer.
struct raft_peer_options {
  ports_ptr outside;
  agent_view_ptr view;
  raft::identity own;
  std::string address; ///< of this server's RPC
  raft::settings limits;
  raft::initial_state found; ///< on disk
  bool bootstrap = false;    ///< if the log is empty, bootstrap as the only voter
  log_writer_actor writer;
  state_machine_actor state_machine;
  snapshotter_actor snapshots;
  agent_actor parent; ///< notified of leadership changes; may be null
};

/// A thin actor around raft::machine.
struct raft_peer_state {
  static constexpr const char* name = "raft_peer";
  raft_peer_state() = default;

  raft_peer_actor::pointer self = nullptr;
  raft_peer_options options;
  std::unique_ptr<std::mt19937_64> random;
  std::unique_ptr<raft::machine> machine;

  /// Proposals read from the mailbox but not yet appended: they wait until the previous batch is written.
  std::vector<std::shared_ptr<proposal>> pending;
  bool flush_sent = false;
  /// Appended proposals, until they are applied or replaced by another leader's entries.
  struct appended_proposal {
    raft::index_t index = 0;
    raft::term_t term = 0;
    std::shared_ptr<proposal> waiting;
  };
  std::deque<appended_proposal> appended; ///< by index
  /// When to fail the proposals left open by lost leadership: their outcome is unknown.
  raft::time_point give_up_at = raft::time_point::max();
  /// Messages to send once the write with this number, and all earlier ones, are durable.
  std::deque<std::pair<std::uint64_t, std::vector<raft::message>>> held;
  std::uint64_t written = 0;   ///< number of the newest durable write
  std::uint64_t submitted = 0; ///< number of the newest write handed to the log writer
  bool disk_low = false;
  bool space_asked = false;

  std::map<std::uint64_t, done_callback> reads; ///< by the machine's token
  std::uint64_t next_read = 0;
  deadline_timer<> timer;
  raft::snapshot_meta last_snapshot;
  /// Membership changes: one at a time, each after the commit of the previous one.
  std::deque<std::shared_ptr<membership_change>> changes;
  std::vector<done_callback> transfers; ///< callers that wait for a leadership transfer
  std::uint64_t unreadable = 0;         ///< malformed messages
  std::uint64_t forged = 0;             ///< Raft messages in the name of another server than the peer
  bool stopping = false;

  raft::time_point now() const;
  void start();
  void propose(std::shared_ptr<proposal> p);
  void flush();
  void refuse(proposal& p, error why, bool elsewhere);
  void read(done_callback done);
  void log_written(const log_written_report& report);
  void receive(const received_message& received);
  void change_members(std::shared_ptr<membership_change> change);
  void transfer(const std::string& target, done_callback done);
  void bootstrap(const raft::configuration& members, const done_callback& done);
  void end_transfers(bool worked);
  void chunk_done(chunk_outcome& outcome);
  /// Executes the machine's output in the required order (raft::output).
  void carry_out();
  void report_status(const std::function<void(const raft_status&)>& done) const;

private:
  void publish(const raft::output& out);
  std::string address_of(const std::string& id) const;
  void send(const std::vector<raft::message>& messages);
  void send_held();
  void deliver_reads(const raft::output& out);
  void drop(const raft::dropped_range& dropped);
  void report_refused(const raft::refused_message& refused);
  void begin_changes();
  void serve_snapshots(raft::output& out);
  void submit(raft::output& out);
  void apply(std::vector<raft::entry_ptr> entries);
  void give_up_open();
};

raft_peer_actor::behavior_type raft_peer(raft_peer_actor::stateful_pointer<raft_peer_state> self,
                                         raft_peer_options options);

} // namespace praetor
