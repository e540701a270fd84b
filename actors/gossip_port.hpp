#pragma once

#include "protocol/types/error.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace praetor {

/// A datagram and its source address ("ip:port").
struct gossip_packet {
  std::string from;
  std::string bytes;
};

/// A frame received on a stream. `reply` (may be null) sends one frame back; otherwise the stream closes with the last
/// copy of the request.
struct gossip_request {
  gossip_packet frame;
  std::function<void(std::string)> reply;
  std::string failure; ///< why no whole frame arrived; then only the sender is set
};

/// Checks that streams make before they read much. Thread-safe.
struct stream_guard {
  /// Whether a member has this IP address.
  std::function<bool(const std::string& ip)> is_member;
  /// Why a frame with this header would be rejected in any case; empty if it would not.
  std::function<std::string(std::string_view header)> objection;
};

/// Packets between members, which may be lost, duplicated or delayed.
class datagram {
public:
  virtual ~datagram() = default;
  /// Sends to "ip:port"; drops silently what can't be sent. Thread-safe, never blocks.
  virtual void send(const std::string& to, std::string bytes) = 0;
  /// Sets the receiver of packets, called on any thread; null: packets are dropped.
  virtual void receive(std::function<void(gossip_packet)> each) = 0;
};

/// Exchanges one frame for another, each whole or not at all. Frames are made by `swim::wrap_frame`.
class stream {
public:
  virtual ~stream() = default;
  /// Connects, sends the frame, waits for the reply frame, and closes. `done` runs once, on any thread, shortly after
  /// `timeout` at the latest. Never blocks.
  virtual void exchange(const std::string& to, std::string frame, std::chrono::nanoseconds timeout,
                        std::function<void(expected<std::string>)> done) = 0;
  /// Sets the receiver of frames from other members, called on any thread; null: they are rejected. Malformed frames
  /// and those over a limit arrive as failures.
  virtual void accept(std::function<void(gossip_request)> each) = 0;
  /// Sets the guard; null functions disable a check.
  virtual void consult(stream_guard) {}
};

/// A gossip pool's access to the outside.
struct gossip_port {
  std::shared_ptr<datagram> packets;
  std::shared_ptr<stream> streams;
  /// An unpredictable nonce. Thread-safe.
  std::function<std::array<unsigned char, 12>()> nonce;
  std::shared_ptr<void> keeps; ///< keeps its resources alive
};

/// Resolves host names without blocking the caller's thread.
class name_resolver {
public:
  virtual ~name_resolver() = default;
  /// `done` runs once, on any thread, with at least one IP address in text form.
  virtual void resolve(const std::string& host, std::function<void(expected<std::vector<std::string>>)> done) = 0;
};

/// Small files that survive the process, by their path inside the data directory ("serf/local.snapshot").
class gossip_files {
public:
  virtual ~gossip_files() = default;
  /// The content; nothing if the file does not exist. May block: at start only.
  virtual expected<std::optional<std::string>> read(const std::string& name) = 0;
  /// Replaces the content atomically, as fast as the disk allows: of several pending writes to one file only the last
  /// is done. Never blocks. `done` (may be null) reports success or failure, on any thread.
  virtual void replace(const std::string& name, std::string content, unsigned mode,
                       std::function<void(const error*)> done) = 0;
  /// Removes a file if it exists. May block.
  virtual expected<void> remove(const std::string& name) = 0;
};

} // namespace praetor
