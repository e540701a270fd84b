#pragma once

#include "actors/ports.hpp"
#include "protocol/actors.hpp"
#include "storage/raft_log/log_store.hpp"

#include <cstdint>
#include <memory>

namespace praetor {

/// A numbered write of the Raft machine.
struct log_job {
  std::uint64_t number = 0;
  storage::log_batch write;
};

/// The answer to a log_job: it and all earlier ones are durable. Number 0: reports the free space only.
struct log_written_report {
  std::uint64_t number = 0;
  storage::disk_space space;
};

struct log_writer_state {
  static constexpr const char* name = "log_writer";
  log_writer_state() = default;

  log_writer_actor::pointer self = nullptr;
  ports_ptr outside;
  std::uint64_t written = 0;   ///< the newest job that awaits the sync
  caf::strong_actor_ptr owner; ///< the receiver of the report
  bool sync_due = false;       ///< a flush is pending

  /// Writes at once. All jobs that are in the mailbox share the following sync.
  void append(const log_job& job, caf::strong_actor_ptr from);
  void flush();
  void report(std::uint64_t number, const caf::strong_actor_ptr& to);
  bool require(const char* what, const expected<void>& outcome);
};

/// @param outside the log store, and the failure handler: the process stops, because the content of the disk is unknown
///   after a failed write or fsync.
log_writer_actor::behavior_type log_writer(log_writer_actor::stateful_pointer<log_writer_state> self,
                                           ports_ptr outside);

} // namespace praetor
