#pragma once

#include "protocol/types/values.hpp"

#include <cstddef>
#include <functional>
#include <map>
#include <string>

namespace praetor {

/// A request to an HTTP server that the configuration or a record names.
struct outbound_request {
  std::string url, method = "GET", body = {};
  std::map<std::string, string_list> header = {};
  std::string authorities = {}; ///< PEM certificates that the server's is verified with; empty: those of the system
  bool follow_redirects = true;
  std::size_t largest_body = 1 << 20;             ///< of the answer; a larger one is a failure
  nanoseconds delay{0};                           ///< before it is sent
  nanoseconds timeout = std::chrono::seconds(10); ///< of the whole request
};

struct outbound_reply {
  std::string failure = {}; ///< why there is no answer, in Go's words: `Get "http://h/": EOF`; empty: there is one
  unsigned code = 0;
  std::string status = {}; ///< "200 OK"
  std::string content_type = {};
  std::string body = {};
};

/// Sends a request and calls back once, from any thread, at once or later. Never blocks.
using fetch_function = std::function<void(outbound_request, std::function<void(outbound_reply)>)>;

} // namespace praetor
