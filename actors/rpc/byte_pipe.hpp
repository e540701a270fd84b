#pragma once

#include "protocol/types/error.hpp"

#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <string>

namespace praetor {

/// An ordered byte stream from one writer to one reader, bounded by a window: for data too long for one message or
/// without a known end. Each side can ask for one notification that it may continue, and both learn when the other has
/// closed. Thread-safe; callbacks run on the thread that triggers them, without a lock held.
class byte_pipe {
public:
  /// Bytes per message of a stream.
  static constexpr std::size_t piece = 128 << 10;
  /// The maximal number of buffered bytes.
  static constexpr std::size_t default_window = 2 << 20;

  explicit byte_pipe(std::size_t window = default_window) : window_(window) {}
  byte_pipe(const byte_pipe&) = delete;
  byte_pipe& operator=(const byte_pipe&) = delete;

  /// The reader's result.
  struct part {
    std::string bytes;
    bool end = false;            ///< complete: nothing follows
    std::optional<error> failed; ///< truncated: nothing follows
  };

  // The writer's side.
  /// @returns false if it exceeds the window, or the reader has closed; the bytes are dropped then
  bool write(std::string bytes);
  /// Marks the end of the stream.
  void finish();
  /// Ends the stream with an error. The reader still gets the bytes written before.
  void fail(error why);
  /// The reader has closed.
  bool closed() const;
  /// Calls back once when at least half of the window is free or the reader has closed; immediately if that is already
  /// so.
  void on_room(std::function<void()> action);
  /// Calls back once when the reader has closed; immediately if it has.
  void on_closed(std::function<void()> action);

  // The reader's side.
  /// Takes up to `most` bytes, possibly none.
  part take(std::size_t most);
  /// Calls back once when there are bytes, or at the end; immediately if that is already so.
  void on_readable(std::function<void()> action);
  /// Closes the reader's side and drops the buffered bytes.
  void close();

  std::size_t window() const { return window_; }
  /// Bytes written but not taken.
  std::size_t waiting() const;
  /// Whether at least half of the window is free.
  bool has_room() const;

private:
  bool room() const { return waiting_ <= window_ / 2; }
  bool readable() const { return waiting_ > 0 || ended_; }
  void end(std::optional<error> why);

  const std::size_t window_;
  mutable std::mutex guard_; ///< guards the members below
  std::deque<std::string> pieces_;
  std::size_t waiting_ = 0, begun_ = 0; ///< bytes; `begun_` of the first piece are taken already
  bool ended_ = false, closed_ = false;
  std::optional<error> failure_;
  std::function<void()> on_room_, on_closed_, on_readable_;
};

} // namespace praetor
