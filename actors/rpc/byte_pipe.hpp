#pragma once

#include "protocol/types/error.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

namespace praetor {

/// Bytes on their way from one writer to one reader, in order and never more than a window of them: what is too long
/// for one message, or has no end in sight. Each side is told once, when it asks for it, that it may go on, and both
/// learn that the other has left. Any thread; callbacks run on the thread of whoever caused them, without a lock.
class byte_pipe {
public:
  /// Bytes of one message of a stream.
  static constexpr std::size_t piece = 128 << 10;
  /// Bytes that wait in one pipe.
  static constexpr std::size_t default_window = 2 << 20;

  explicit byte_pipe(std::size_t window = default_window) : window_(window) {}
  byte_pipe(const byte_pipe&) = delete;
  byte_pipe& operator=(const byte_pipe&) = delete;

  /// What the reader got.
  struct part {
    std::string bytes;
    bool end = false;            ///< nothing follows, and nothing is missing
    std::optional<error> failed; ///< nothing follows, though something is missing
  };

  // The writer's side.
  /// @returns false if it is more than the window holds, or nobody reads; then the bytes are dropped
  bool write(std::string bytes);
  /// All bytes have been written.
  void finish();
  /// The rest can't be had. What was written before still reaches the reader.
  void fail(error why);
  /// The reader has left.
  bool closed() const;
  /// Calls back once when at least half of the window is free, or the reader has left; at once if that is so.
  void on_room(std::function<void()> action);
  /// Calls back once when the reader has left; at once if it has.
  void on_closed(std::function<void()> action);

  // The reader's side.
  /// Up to `most` bytes, none if there are none.
  part take(std::size_t most);
  /// Calls back once when there are bytes, or the end; at once if that is so.
  void on_readable(std::function<void()> action);
  /// Nothing more will be taken. What waits is dropped.
  void close();

  std::size_t window() const { return window_; }
  /// Bytes that were written and not taken.
  std::size_t waiting() const;
  /// Whether at least half of the window is free.
  bool has_room() const;

private:
  bool room() const { return waiting_ <= window_ / 2; }
  bool readable() const { return waiting_ > 0 || ended_; }
  void end(std::optional<error> why);

  const std::size_t window_;
  mutable std::mutex guard_; ///< of what follows
  std::deque<std::string> pieces_;
  std::size_t waiting_ = 0, begun_ = 0; ///< bytes; `begun_` of the first piece are taken
  bool ended_ = false, closed_ = false;
  std::optional<error> failure_;
  std::function<void()> on_room_, on_closed_, on_readable_;
};

} // namespace praetor
