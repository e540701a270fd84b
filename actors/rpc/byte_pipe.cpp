#include "actors/rpc/byte_pipe.hpp"

#include <algorithm>
#include <utility>

namespace praetor {

bool byte_pipe::write(std::string bytes) {
  std::function<void()> readable;
  {
    std::lock_guard lock(guard_);
    if (closed_ || ended_ || waiting_ + bytes.size() > window_) return false;
    if (bytes.empty()) return true;
    waiting_ += bytes.size();
    PRAETOR_ASSERT(waiting_ <= window_);
    pieces_.push_back(std::move(bytes));
    readable.swap(on_readable_);
  }
  if (readable) readable();
  return true;
}

void byte_pipe::finish() { end({}); }
void byte_pipe::fail(error why) { end(std::move(why)); }

void byte_pipe::end(std::optional<error> why) {
  std::function<void()> readable;
  {
    std::lock_guard lock(guard_);
    if (ended_ || closed_) return;
    ended_ = true;
    failure_ = std::move(why);
    readable.swap(on_readable_);
  }
  if (readable) readable();
}

bool byte_pipe::closed() const {
  std::lock_guard lock(guard_);
  return closed_;
}

std::size_t byte_pipe::waiting() const {
  std::lock_guard lock(guard_);
  return waiting_;
}

bool byte_pipe::has_room() const {
  std::lock_guard lock(guard_);
  return room();
}

void byte_pipe::on_room(std::function<void()> action) {
  {
    std::lock_guard lock(guard_);
    if (!closed_ && !room()) {
      on_room_ = std::move(action);
      return;
    }
  }
  action();
}

void byte_pipe::on_closed(std::function<void()> action) {
  {
    std::lock_guard lock(guard_);
    if (!closed_) {
      on_closed_ = std::move(action);
      return;
    }
  }
  action();
}

byte_pipe::part byte_pipe::take(std::size_t most) {
  part out;
  std::function<void()> room_again;
  {
    std::lock_guard lock(guard_);
    while (!pieces_.empty() && out.bytes.size() < most) {
      auto& first = pieces_.front();
      auto count = std::min(most - out.bytes.size(), first.size() - begun_);
      if (begun_ == 0 && count == first.size() && out.bytes.empty())
        out.bytes = std::move(first);
      else
        out.bytes.append(first, begun_, count);
      PRAETOR_ASSERT(waiting_ >= count);
      begun_ += count;
      waiting_ -= count;
      if (begun_ < first.size()) break;
      pieces_.pop_front();
      begun_ = 0;
    }
    if (ended_ && waiting_ == 0) {
      out.end = !failure_;
      out.failed = failure_;
    }
    if (room()) room_again.swap(on_room_);
  }
  if (room_again) room_again();
  return out;
}

void byte_pipe::on_readable(std::function<void()> action) {
  {
    std::lock_guard lock(guard_);
    if (!closed_ && !readable()) {
      on_readable_ = std::move(action);
      return;
    }
  }
  action();
}

void byte_pipe::close() {
  std::function<void()> room, closed, readable;
  std::deque<std::string> dropped;
  {
    std::lock_guard lock(guard_);
    if (std::exchange(closed_, true)) return;
    dropped.swap(pieces_);
    waiting_ = begun_ = 0;
    room.swap(on_room_);
    closed.swap(on_closed_);
    readable.swap(on_readable_); // dropped without a call: it is the reader's own
  }
  if (room) room();
  if (closed) closed();
}

} // namespace praetor
