#pragma once

#include "protocol/types/outbound.hpp"

#include <functional>

namespace praetor {

/// The port through which an agent asks the HTTP servers that its records name.
class http_port {
public:
  virtual ~http_port() = default;
  /// Never blocks. `done` runs once, on any thread, or never if the process ends first.
  virtual void fetch(outbound_request request, std::function<void(outbound_reply)> done) = 0;
};

} // namespace praetor
