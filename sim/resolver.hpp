#pragma once

#include "frontends/api/dns/dns_remote.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace praetor::sim {

/// Queries an agent's DNS like a UDP client, without a socket.
class resolver {
public:
  /// @param env must outlive this
  explicit resolver(api::environment& env);

  using callback = std::function<void(std::optional<std::vector<std::string>>)>;
  /// @param name dotted: "web.service.consul"
  /// @param done receives the IPv4 addresses in the answer; nothing on failure
  void look_up(const std::string& name, callback done);

private:
  void take(dns::outcome what, const std::string& packet, const callback& done);

  api::environment& env_;
  dns::questions questions_;
};

} // namespace praetor::sim
