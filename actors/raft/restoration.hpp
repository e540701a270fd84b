#pragma once

#include "actors/ports.hpp"
#include "protocol/actors.hpp"
#include "storage/files/scratch_file.hpp"

#include <string>

namespace praetor {

/// The restore of an operator's archive through the log: the bytes of its state, one chunk at a time, each committed
/// before the next, so that it delays no heartbeat. The last chunk replaces the state on every server alike.
class restoration {
public:
  restoration() = default;
  restoration(snapshotter_actor owner, raft_peer_actor peer, ports_ptr outside)
      : owner_(std::move(owner)), peer_(std::move(peer)), outside_(std::move(outside)) {}

  /// Verifies the whole archive and proposes the first chunk.
  void start(const std::shared_ptr<storage::scratch_file>& archive, done_callback done);
  /// @param failed "" if the pending chunk was committed
  void piece_done(std::uint64_t number, const std::string& failed);

private:
  expected<std::shared_ptr<storage::scratch_file>> verified(const std::shared_ptr<storage::scratch_file>& archive);
  void send_piece();
  void end(const error* failed);

  snapshotter_actor owner_;
  raft_peer_actor peer_;
  ports_ptr outside_;
  std::uint64_t number_ = 0; ///< of the pending chunk, over all restores
  std::string id_;
  std::shared_ptr<storage::scratch_file> state_; ///< unpacked; null: no restore is running
  std::uint64_t sent_ = 0;                       ///< bytes of the state proposed so far
  done_callback done_;                           ///< null: no restore is running
};

} // namespace praetor
