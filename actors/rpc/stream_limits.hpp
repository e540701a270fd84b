#pragma once

#include <chrono>

namespace praetor {

/// How long the ends of a stream between two processes have patience with each other. How much is under way between
/// them is bounded by byte_pipe.
struct stream_limits {
  /// A pull that there is nothing for is answered all the same: the other side sees that the stream lives.
  std::chrono::seconds quiet{10};
  /// A server ends a stream whose reader has not asked for more for so long. HTTP clients may take 4 KiB a second over
  /// a minute, and an agent asks for no more than its client takes.
  std::chrono::seconds reader{150};
  /// A server ends a stream whose writer has room and sends nothing.
  std::chrono::seconds writer{30};
  /// The side that dialled waits so long for the answer to a pull or a push.
  std::chrono::seconds answer{60};
  /// How often a server looks for streams that stand still.
  std::chrono::seconds look{1};
};

} // namespace praetor
