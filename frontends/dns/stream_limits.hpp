#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

namespace praetor::dns {

/// Limits on TCP connections. The requests of a connection are answered one after the other, so it never holds more
/// than one request and one answer.
struct stream_limits {
  std::size_t most_in_total = 0;    ///< all listeners together; 0: unlimited
  std::size_t most_per_address = 0; ///< per IP; 0: unlimited
  /// Timeout for the complete first request of a connection.
  std::chrono::milliseconds first_time{3000};
  /// Timeout for each further complete request, and for reading an answer (RFC 7766 6.2.3: a few seconds).
  std::chrono::milliseconds idle_time{8000};
  /// The timeout while more than half of all slots are in use.
  std::chrono::milliseconds crowded_time{1000};
  /// Reports rejected connections and a lack of descriptors to the operator, rate-limited.
  std::function<void(const std::string&)> warn = {};
};

} // namespace praetor::dns
