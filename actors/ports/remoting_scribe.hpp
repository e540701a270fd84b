#pragma once

#include "actors/connector.hpp"
#include "actors/ports/remoting_frames.hpp"
#include "actors/ports/tls/tls_session.hpp"
#include "protocol/base/fair_share.hpp"

#include <caf/io/all.hpp>
#include <caf/io/network/default_multiplexer.hpp>
#include <caf/io/network/stream_impl.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace praetor {

/// Reads and writes a connection's socket, through TLS if there is a session.
struct socket_policy {
  tls_session session; ///< null: plain
  using instant = std::atomic<std::chrono::steady_clock::rep>;
  instant* last_read;
  instant* last_write;

  using outcome = caf::io::network::rw_state;
  outcome read_some(std::size_t& count, int socket, void* into, std::size_t size);
  outcome write_some(std::size_t& count, int socket, const void* from, std::size_t size);
  bool must_read_more(int, std::size_t threshold) const;
};

/// Limits on the data kept for one peer.
struct scribe_limits {
  std::size_t pause_at = 16 << 20;  ///< unsent bytes beyond which reading pauses (back-pressure)
  std::size_t end_at = 256 << 20;   ///< unsent bytes beyond which the connection is closed
  std::size_t unhandled = 16 << 20; ///< unprocessed received bytes beyond which reading pauses
};

/// One admitted connection between its socket and CAF: splits the stream into frames, filters them, never allocates
/// ahead of received bytes, and stops reading from a peer that does not drain its own queue or sends faster than its
/// messages are processed.
class remoting_scribe final : public caf::io::scribe {
public:
  struct setup {
    int socket = -1; ///< owned
    tls_session session;
    peer_identity who;
    caf::node_id alias;
    bool dialled = false;
    caf::actor_id target = 0; ///< the reachable actor: see frame_filter
    scribe_limits limits;
    std::shared_ptr<fair_share> memory; ///< total bytes kept for all connections
    /// Reports why this end closes the connection or drops a frame; on the I/O thread.
    std::function<void(const std::string&)> complain;
    /// The connection has ended; on the I/O thread, at least once.
    std::function<void()> ended;
  };
  remoting_scribe(caf::actor_system& system, std::int64_t handle, setup s);
  ~remoting_scribe() override;

  const peer_identity& who() const { return who_; }
  const caf::node_id& alias() const { return alias_; }

  // Thread-safe.
  /// Closes the connection at once; CAF sees a broken connection.
  void abort();
  /// Announces bytes that an actor is about to send.
  void sending(std::size_t bytes) { coming_.fetch_add(bytes, std::memory_order_relaxed); }
  std::size_t unsent() const {
    return unsent_.load(std::memory_order_relaxed) + coming_.load(std::memory_order_relaxed);
  }
  /// Sends a heartbeat if this side has been idle.
  void heartbeat(std::chrono::steady_clock::time_point now, std::chrono::milliseconds silence);
  /// How long the peer has sent nothing while being read, or has accepted nothing.
  std::chrono::nanoseconds stalled_for(std::chrono::steady_clock::time_point now) const;
  bool ended() const { return ended_.load(std::memory_order_relaxed); }
  /// This many received bytes have been processed.
  void handled(std::size_t bytes);

  // Called by CAF and its I/O thread.
  void configure_read(caf::io::receive_policy::config) override;
  void ack_writes(bool) override {}
  std::vector<char>& wr_buf() override { return stream_.wr_buf(); }
  std::vector<char>& rd_buf() override { return frame_; }
  void graceful_shutdown() override;
  void flush() override;
  std::string addr() const override { return who_.address; }
  std::uint16_t port() const override { return 0; }
  void add_to_loop() override { stream_.activate(this); }
  void remove_from_loop() override;
  bool consume(caf::execution_unit* unit, const void* bytes, std::size_t size) override;
  void data_transferred(caf::execution_unit* unit, std::size_t written, std::size_t remaining) override;

private:
  void await(std::size_t size);
  /// Whether the data kept for the peer leaves room to read more from it.
  bool may_read() const;
  void read_on();
  void note_end();
  /// Updates the process-wide count to what this connection keeps. @returns false if it exceeds its share
  bool account();
  bool deliver(caf::execution_unit* unit, std::vector<char>& bytes);
  bool head_arrived(caf::execution_unit* unit, const char* bytes, std::size_t size);
  bool payload_arrived(caf::execution_unit* unit);
  bool give_up(caf::execution_unit* unit, const std::string& why);
  void forget_greeting();

  caf::actor_system& system_;
  peer_identity who_;
  caf::node_id alias_;
  bool dialled_;
  scribe_limits limits_;
  std::function<void(const std::string&)> complain_;
  std::function<void()> on_end_;
  std::shared_ptr<fair_share> memory_;
  frame_filter filter_;
  ssl_st* session_; ///< null: plain; owned by the stream
  socket_policy::instant last_read_, last_write_;
  std::atomic<bool> ended_{false}, reading_{true};
  bool started_ = false;
  caf::io::network::stream_impl<socket_policy> stream_;

  caf::io::basp::header head_;
  std::optional<frame_verdict> verdict_; ///< on a header whose payload is incomplete
  std::size_t left_ = 0;                 ///< missing bytes of that payload
  std::vector<char> payload_, frame_;

  std::size_t counted_ = 0, counted_offline_ = 0; ///< unsent bytes, and those of them in the second buffer
  std::atomic<std::size_t> unsent_{0};
  std::atomic<std::size_t> coming_{0};    ///< announced by `sending`, not received yet
  std::atomic<std::size_t> unhandled_{0}; ///< delivered but not yet processed
  std::size_t accounted_ = 0;             ///< this connection's part of `memory_`
};
using remoting_scribe_ptr = caf::intrusive_ptr<remoting_scribe>;

} // namespace praetor
