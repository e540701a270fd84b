#pragma once

#include "protocol/watch/configured_watch.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace praetor {

/// One run of a watch's handler.
struct handler_run {
  watch_handler handler;
  std::uint64_t index = 0;         ///< of the news, 0 if the query has none: CONSUL_INDEX, X-Consul-Index
  std::string news;                ///< standard input, or the body of the request
  std::size_t output_limit = 4096; ///< so much of the output's end is kept
};

/// What came of it.
struct handler_result {
  std::string failure; ///< in Go's words: "exit status 3", `Post "http://h/": EOF`; empty for success and for an answer
  unsigned code = 0;   ///< of the HTTP answer
  std::string status;  ///< "500 Internal Server Error"
  std::string output;  ///< the end of what a program wrote or of the answer's body, with a note if that is not all
};

/// A run under way. When it is let go, a program is killed with all that it has started, and a connection is closed.
class running_handler {
public:
  virtual ~running_handler() = default;
};

/// The port through which watches run their handlers.
class handler_port {
public:
  virtual ~handler_port() = default;
  /// Never blocks. `done` runs once, on any thread; perhaps never if the run is let go before.
  virtual std::shared_ptr<running_handler> run(handler_run what, std::function<void(handler_result)> done) = 0;
};

} // namespace praetor
