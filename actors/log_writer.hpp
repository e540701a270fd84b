#pragma once

#include "actors/ports.hpp"
#include "protocol/actors.hpp"
#include "storage/raft_log/log_store.hpp"

#include <deque>
#include <utility>

namespace praetor {

/// One write of the Raft machine and its number.
struct log_job {
  std::uint64_t number = 0;
  storage::log_batch write;
};

/// The answer to a log_job: durable, with all before it. Number 0: only the room on the disk is reported.
struct log_written_report {
  std::uint64_t number = 0;
  storage::disk_space space;
};

struct log_writer_state {
  static constexpr const char* name = "log_writer";
  log_writer_state() = default;

  log_writer_actor::pointer self = nullptr;
  ports_ptr outside;
  /// Jobs and who hears of them. The first one is written and waits for its sync; the others are not written yet. More
  /// than one only where the disk has a sync_delay.
  std::deque<std::pair<std::shared_ptr<log_job>, caf::strong_actor_ptr>> jobs;

  void append(std::shared_ptr<log_job> job, caf::strong_actor_ptr owner);
  void report(std::uint64_t number, const caf::strong_actor_ptr& owner);
  bool require(const char* what, const expected<void>& outcome);

private:
  void write_next();
  void finish_one();
};

/// @param outside the log store and what happens when it fails: the process stops, because what is on the disk is
///        unknown after a failed write or fsync.
log_writer_actor::behavior_type log_writer(log_writer_actor::stateful_pointer<log_writer_state> self,
                                           ports_ptr outside);

} // namespace praetor
