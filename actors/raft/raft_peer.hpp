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

/// What a Raft peer starts with.
struct raft_peer_options {
  ports_ptr outside;
  agent_view_ptr view;
  raft::identity own;
  std::string address; ///< of the own server RPC
  raft::settings limits;
  raft::initial_state found; ///< on the disk
  bool bootstrap = false;    ///< with an empty log: become the only voter
  log_writer_actor writer;
  state_machine_actor state_machine;
  snapshotter_actor snapshots;
  agent_actor parent; ///< hears of every change of leadership; may be null
};

/// The thin shell around raft::machine.
struct raft_peer_state {
  static constexpr const char* name = "raft_peer";
  raft_peer_state() = default;

  raft_peer_actor::pointer self = nullptr;
  raft_peer_options options;
  std::unique_ptr<std::mt19937_64> random;
  std::unique_ptr<raft::machine> machine;

  /// Proposals read from the mailbox and not yet in the log: they wait for the batch before them to be written.
  std::vector<std::shared_ptr<proposal>> pending;
  bool flush_sent = false;
  /// Proposals in the log until they are applied, or another leader's entries take their places.
  struct appended_proposal {
    raft::index_t index = 0;
    raft::term_t term = 0;
    std::shared_ptr<proposal> waiting;
  };
  std::deque<appended_proposal> appended; ///< by index
  /// When those that a lost leadership left open are answered: their outcome is unknown.
  raft::time_point give_up_at = raft::time_point::max();
  /// What may be sent once the write of this number, and all before it, is durable.
  std::deque<std::pair<std::uint64_t, std::vector<raft::message>>> held;
  std::uint64_t written = 0;   ///< number of the last durable write
  std::uint64_t submitted = 0; ///< number of the last write handed to the log writer
  bool disk_low = false;
  bool space_asked = false;

  std::map<std::uint64_t, done_callback> reads; ///< by token of the machine
  std::uint64_t next_read = 0;
  deadline_timer<> timer;
  raft::snapshot_meta last_snapshot;
  /// Changes of the members: one at a time, each once the one before is committed.
  std::deque<std::shared_ptr<membership_change>> changes;
  std::vector<done_callback> transfers; ///< who waits for leadership to be handed over
  std::uint64_t unreadable = 0;         ///< messages that were none
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
  /// Carries out what the machine wants, in the order that it demands (raft::output).
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
