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
  std::uint64_t index = 0;         ///< of the result, 0 if the query has none: CONSUL_INDEX, X-Consul-Index
  std::string news;                ///< standard input, or the body of the request
  std::size_t output_limit = 4096; ///< how much of the end of the output is kept
};

/// The outcome of a handler run.
struct handler_result {
  std::string failure; ///< in Go's words: "exit status 3", `Post "http://h/": EOF`; empty for success and if there is
                       ///< an HTTP answer
  unsigned code = 0;   ///< of the HTTP answer
  std::string status;  ///< "500 Internal Server Error"
  std::string output;  ///< the end of the program's output or of the answer's body, with a note if it was truncated
};

/// A running handler. Destroying it kills a program and all processes that it started, or closes the connection.
class running_handler {
public:
  virtual ~running_handler() = default;
};

/// The port through which watches run their handlers.
class handler_port {
public:
  virtual ~handler_port() = default;
  /// Never blocks. `done` runs at most once, on any thread; it may never run if the handle is destroyed first.
  virtual std::shared_ptr<running_handler> run(handler_run what, std::function<void(handler_result)> done) = 0;
};

} // namespace praetor
