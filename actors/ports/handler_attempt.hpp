#pragma once

#include "actors/handler.hpp"
#include "actors/ports/http_exchange.hpp"
#include "actors/ports/script_run.hpp"

#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/steady_timer.hpp>

namespace praetor {

/// A running watch handler, on the I/O thread. It lives as long as one of its operations is pending.
class handler_attempt {
public:
  virtual ~handler_attempt() = default;
  virtual void start() = 0;
  /// Cancels the run; the result is no longer needed.
  virtual void abandon() = 0;
};

std::shared_ptr<handler_attempt> make_handler_attempt(probe_world& world, handler_run run,
                                                      std::function<void(handler_result)> done);

} // namespace praetor
