#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

namespace praetor::dns {

/// What connections over TCP are allowed. A connection's requests are answered one after the other, so that it never
/// holds more than one request and one answer.
struct stream_limits {
  std::size_t most_in_total = 0;    ///< connections of all listeners; 0: any number
  std::size_t most_per_address = 0; ///< of one IP; 0: any number
  /// In which a new connection has to have sent its first request whole.
  std::chrono::milliseconds first_time{3000};
  /// In which the next request has to be there whole, and an answer has to be taken (RFC 7766 6.2.3: some seconds).
  std::chrono::milliseconds idle_time{8000};
  /// The same while more than half of all places are taken.
  std::chrono::milliseconds crowded_time{1000};
  /// Connections refused, or that no descriptors are left: for the operator, rate limited.
  std::function<void(const std::string&)> warn = {};
};

} // namespace praetor::dns
