#pragma once

#include "actors/ports.hpp"
#include "protocol/actors.hpp"
#include "storage/files/scratch_file.hpp"

#include <string>

namespace praetor {

/// An operator's archive on its way into the log: the bytes of its state, a piece at a time, each committed before the
/// next. So the log carries it past no heartbeat, and the last piece puts the state in place on every server alike.
class restoration {
public:
  restoration() = default;
  restoration(snapshotter_actor owner, raft_peer_actor peer, ports_ptr outside)
      : owner_(std::move(owner)), peer_(std::move(peer)), outside_(std::move(outside)) {}

  /// Verifies the whole archive and sends the first piece.
  void start(const std::shared_ptr<storage::scratch_file>& archive, done_callback done);
  /// @param failed "" if the piece that is under way was committed
  void piece_done(std::uint64_t number, const std::string& failed);

private:
  expected<std::shared_ptr<storage::scratch_file>> verified(const std::shared_ptr<storage::scratch_file>& archive);
  void send_piece();
  void end(const error* failed);

  snapshotter_actor owner_;
  raft_peer_actor peer_;
  ports_ptr outside_;
  std::uint64_t number_ = 0; ///< of the piece under way, over all restores
  std::string id_;
  std::shared_ptr<storage::scratch_file> state_; ///< unpacked; null: no restore is under way
  std::uint64_t sent_ = 0;                       ///< bytes of the state in pieces that were sent
  done_callback done_;                           ///< null: no restore is under way
};

} // namespace praetor
