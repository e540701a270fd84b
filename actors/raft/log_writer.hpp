#pragma once

#include "actors/ports.hpp"
#include "protocol/actors.hpp"
#include "storage/raft_log/log_store.hpp"

#include <cstdint>
#include <memory>

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
  std::uint64_t written = 0;   ///< the newest job whose sync is due
  caf::strong_actor_ptr owner; ///< who hears of it
  bool sync_due = false;       ///< a flush is on its way

  /// Writes at once. All jobs that were in the mailbox share the sync that follows.
  void append(const log_job& job, caf::strong_actor_ptr from);
  void flush();
  void report(std::uint64_t number, const caf::strong_actor_ptr& to);
  bool require(const char* what, const expected<void>& outcome);
};

/// @param outside the log store and what happens when it fails: the process stops, because what is on the disk is
///        unknown after a failed write or fsync.
log_writer_actor::behavior_type log_writer(log_writer_actor::stateful_pointer<log_writer_state> self,
                                           ports_ptr outside);

} // namespace praetor
