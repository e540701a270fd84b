#pragma once

#include "protocol/watch/watch_plan.hpp"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace praetor {

namespace config {
struct runtime_config;
}

/// A handler that receives a watch's result as the body of an HTTP request.
struct http_handler {
  std::string path; ///< the URL
  std::string method = "POST";
  nanoseconds timeout = std::chrono::seconds(10);
  std::map<std::string, string_list> header;
  bool tls_skip_verify = false;
};

/// The handler of a watch: one of these.
struct watch_handler {
  string_list arguments; ///< a program and its arguments; empty: the shell runs `line`
  std::string line;      ///< deprecated
  std::optional<http_handler> http;
};

/// A watch of the agent's configuration.
struct configured_watch {
  watch_plan plan;
  watch_handler handler;
  std::string definition; ///< as written, as JSON: equal for equal watches
};

/// Parses all watches of a configuration. The error has Consul's text, without secrets.
expected<std::vector<configured_watch>> configured_watches(const config::runtime_config& config);

} // namespace praetor
