#pragma once

#include "frontends/dns/stream_limits.hpp"
#include "protocol/config/runtime_config.hpp"
#include "protocol/types/error.hpp"

#include <memory>

namespace praetor::api {
class environment;
}

namespace praetor::dns {

class engine;

/// The agent's DNS server: UDP and TCP on every configured address.
class server {
public:
  /// @param env outlives the server
  explicit server(api::environment& env);
  ~server();
  server(const server&) = delete;
  server& operator=(const server&) = delete;

  expected<void> start(const config::runtime_config& c, stream_limits streams = {});
  /// Applies names, limits and recursors; keeps the addresses. Thread-safe.
  void reload(const config::runtime_config& c);
  void stop();

private:
  api::environment& env_;
  std::unique_ptr<engine> engine_;
};

} // namespace praetor::dns
