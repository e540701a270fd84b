#pragma once

#include <chrono>

namespace praetor {

/// The timeouts of a stream between two processes. byte_pipe bounds the bytes in transit.
struct stream_limits {
  /// When to answer a pull for which there are no bytes, so that the other side sees that the stream is alive.
  std::chrono::seconds quiet{10};
  /// When a server ends a stream whose reader does not pull. HTTP clients may read as slowly as 4 KiB per second
  /// averaged over a minute, and an agent pulls no faster than its client reads.
  std::chrono::seconds reader{150};
  /// When a server ends a stream whose writer has room but sends nothing.
  std::chrono::seconds writer{30};
  /// The dialling side's timeout for the answer to a pull or a push.
  std::chrono::seconds answer{60};
  /// How often a server checks for stalled streams.
  std::chrono::seconds look{1};
};

} // namespace praetor
