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

/// Bytes and the address ("ip:port") that they came from.
struct gossip_packet {
  std::string from;
  std::string bytes;
};

/// A frame that came over a stream. `reply` (may be null) sends one frame back; without it the stream ends when the
/// last copy of the request is gone.
struct gossip_request {
  gossip_packet frame;
  std::function<void(std::string)> reply;
  std::string failure; ///< no whole frame came, and this is why; the frame has its sender alone then
};

/// What streams ask before they take much of somebody. Any thread.
struct stream_guard {
  /// Whether a member has this IP address.
  std::function<bool(const std::string& ip)> is_member;
  /// Why a frame that begins with this header would be refused in any case; empty: it would not.
  std::function<std::string(std::string_view header)> objection;
};

/// Packets between members, each of which may be lost, doubled or late.
class datagram {
public:
  virtual ~datagram() = default;
  /// Sends to "ip:port"; what can't be sent is lost without a word. Any thread, never blocks.
  virtual void send(const std::string& to, std::string bytes) = 0;
  /// Packets go here from now on, on any thread; nowhere if it is null.
  virtual void receive(std::function<void(gossip_packet)> each) = 0;
};

/// Exchanges of one frame against one other, whole or not at all. Frames are what `swim::wrap_frame` makes.
class stream {
public:
  virtual ~stream() = default;
  /// Connects, sends the frame, waits for the one that comes back, and closes. `done` runs once, on any thread, before
  /// `timeout` is much over. Never blocks.
  virtual void exchange(const std::string& to, std::string frame, std::chrono::nanoseconds timeout,
                        std::function<void(expected<std::string>)> done) = 0;
  /// Frames of others go here from now on, on any thread; they are refused if it is null. What is no frame, or exceeds
  /// a limit, comes as a failure.
  virtual void accept(std::function<void(gossip_request)> each) = 0;
  /// Asked from now on; nobody is if its functions are null.
  virtual void consult(stream_guard) {}
};

/// What a gossip pool reaches the outside through.
struct gossip_port {
  std::shared_ptr<datagram> packets;
  std::shared_ptr<stream> streams;
  /// Unguessable bytes for a nonce. Any thread.
  std::function<std::array<unsigned char, 12>()> nonce;
  std::shared_ptr<void> keeps; ///< what has to live as long
};

/// Finds the addresses of host names, off the caller's thread.
class name_resolver {
public:
  virtual ~name_resolver() = default;
  /// `done` runs once, on any thread, with IP addresses in text form, at least one.
  virtual void resolve(const std::string& host, std::function<void(expected<std::vector<std::string>>)> done) = 0;
};

/// The small files that outlast the process, by their path inside the data directory ("serf/local.snapshot").
class gossip_files {
public:
  virtual ~gossip_files() = default;
  /// The content; nothing if there is no such file. May block: for the start only.
  virtual expected<std::optional<std::string>> read(const std::string& name) = 0;
  /// Replaces the content, whole or not at all, and as fast as the disk allows: of several waiting for one file only
  /// the last is written. Never blocks. `done` (may be null) hears of failures too, on any thread.
  virtual void replace(const std::string& name, std::string content, unsigned mode,
                       std::function<void(const error*)> done) = 0;
  /// Removes a file, if it is there. May block.
  virtual expected<void> remove(const std::string& name) = 0;
};

} // namespace praetor
